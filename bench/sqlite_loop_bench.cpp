// The peer of durable_sends_bench: a bare loop that writes what one send writes, for as many sends per commit
// as were in flight there, into a database that the service has filled before. No network, no JSON, no
// checks.
//
// usage: sqlite_loop_bench DATABASE_FILE SENDS_PER_COMMIT SECONDS
// Prints SENDS_PER_SECOND.

#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

sqlite3* database = nullptr;

void run(const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
  std::cerr << "sqlite_loop_bench: " << sqlite3_errmsg(database) << std::endl;
  std::_Exit(1);
}

sqlite3_stmt* prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK) return statement;
  std::cerr << "sqlite_loop_bench: " << sqlite3_errmsg(database) << std::endl;
  std::_Exit(1);
}

void step(sqlite3_stmt* statement, sqlite3_int64 conversation, sqlite3_int64 number) {
  sqlite3_bind_int64(statement, 1, conversation);
  if (sqlite3_bind_parameter_count(statement) > 1) sqlite3_bind_int64(statement, 2, number);
  if (sqlite3_step(statement) != SQLITE_DONE) run("an error");
  sqlite3_reset(statement);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  sqlite3_open(argv[1], &database);
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384;");
  // Each conversation's first message is what all the others look like. ?1: the conversation's rank, ?2: the
  // send.
  run("CREATE TEMP TABLE pattern AS SELECT row_number() OVER (ORDER BY c.id) - 1 AS rank, c.id AS "
      "conversation, c.list,"
      " c.document, m.*, i.data AS item, d.data AS shown FROM conversations c JOIN messages m ON "
      "m.conversation_id = c.id"
      " AND m.message_index = 0 JOIN sync_items i ON i.object_id = c.list AND i.key = 0"
      " JOIN sync_objects d ON d.id = c.document; CREATE UNIQUE INDEX temp.pattern_rank ON pattern(rank);");
  sqlite3_stmt* const inserts[] = {
      prepare("INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, body, "
              "attributes,"
              " date_created, date_updated) SELECT conversation, 1000000 + ?2, printf('IM%032d', ?2), author,"
              " participant_sid, body, attributes, date_created, date_updated FROM pattern WHERE rank = ?1"),
      prepare("UPDATE sync_objects SET last_event_id = last_event_id + 1, revision = revision + 1"
              " WHERE id = (SELECT list FROM pattern WHERE rank = ?1)"),
      prepare("INSERT INTO sync_items SELECT list, 1000000 + ?2, item, 0, 1000000 + ?2, 1000000 + ?2, 0, "
              "date_created,"
              " date_updated FROM pattern WHERE rank = ?1"),
      prepare(
          "UPDATE conversations SET next_index = next_index + 1, messages_count = messages_count + 1,"
          " last_message_index = next_index WHERE id = (SELECT conversation FROM pattern WHERE rank = ?1)"),
      prepare("UPDATE sync_objects SET last_event_id = last_event_id + 1, revision = revision + 1, data ="
              " (SELECT shown FROM pattern WHERE rank = ?1) WHERE id = (SELECT document FROM pattern WHERE "
              "rank = ?1)")};
  const int per_commit = std::atoi(argv[2]);
  sqlite3_int64 sends = 0;
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  while (elapsed() < std::atof(argv[3])) {
    run("BEGIN IMMEDIATE");
    for (int i = 0; i < per_commit; ++i, ++sends)
      for (sqlite3_stmt* statement : inserts) step(statement, i, sends);
    run("COMMIT");
  }
  std::cout << static_cast<long>(static_cast<double>(sends) / elapsed()) << std::endl;
  return 0;
}
