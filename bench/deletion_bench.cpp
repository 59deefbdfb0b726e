// For how long does the deletion of a conversation hold up everybody else?
//
// usage: deletion_bench DATABASE_FILE MESSAGES
// A conversation of so many messages is deleted by its creator. Prints one line: AT_ONCE_MS LONGEST_MS PIECES
// TOTAL_MS, processor times of the core's thread: the request with its commit, the longest piece of the
// erasing that follows, how many there are, and all of them. Then ALL_ROWS_MS: the same rows in one
// transaction, as the database removes them by itself.

#include <ctime>

#include <algorithm>
#include <iostream>

#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"

namespace {

using namespace parley;

double processor_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

template <class Work>
double cost_of(Work work) {
  const double start = processor_ms();
  work();
  return processor_ms() - start;
}

/// A conversation whose messages are all like its first one.
json::Value make_room(testing::CoreDriver& driver, testing::TestClient& alice, std::int64_t messages) {
  auto room = alice.make_room();
  alice.say(room, "a message of a usual length, say sixty bytes of plain text.");
  auto& database = driver.database();
  database.run(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) "
      "INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, body, attributes, "
      "date_created, date_updated) SELECT conversation_id, i, 'IM' || hex(randomblob(16)), author, "
      "participant_sid, body, attributes, date_created, date_updated FROM n, messages "
      "WHERE message_index = 0 AND conversation_id = (SELECT MAX(id) FROM conversations)",
      messages);
  database.run(
      "INSERT INTO sync_items SELECT object_id, m.message_index, data, 0, m.message_index, m.message_index, "
      "0, "
      "i.date_created, i.date_updated FROM messages m, sync_items i "
      "WHERE m.message_index > 0 AND m.conversation_id = (SELECT MAX(id) FROM conversations) "
      "AND i.object_id = (SELECT list FROM conversations WHERE id = m.conversation_id) AND i.key = 0");
  database.run(
      "UPDATE sync_objects SET last_event_id = ?1 WHERE id = (SELECT list FROM conversations ORDER BY id "
      "DESC)",
      messages - 1);
  database.run(
      "UPDATE conversations SET next_index = ?1, messages_count = ?1, last_message_index = ?1 - 1 "
      "WHERE id = (SELECT MAX(id) FROM conversations)",
      messages);
  return room;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::int64_t messages = std::stoll(argv[2]);
  testing::CoreDriver driver({.database = argv[1]});
  testing::TestClient alice(driver, "alice");
  const auto room = make_room(driver, alice, messages);
  const double at_once = cost_of([&] { alice.remove(room["url"].get<std::string>()); });
  double longest = 0, total = 0;
  int pieces = 0;
  for (; driver.core().is_erasing(); ++pieces) {
    const double cost = cost_of([&] { driver.advance(std::chrono::milliseconds(20)); });
    longest = std::max(longest, cost);
    total += cost;
    alice.take_others();  // answers the pings
  }
  make_room(driver, alice, messages);
  auto& database = driver.database();
  const double all_rows = cost_of([&] {
    database.run_script(
        "BEGIN; DELETE FROM sync_objects WHERE id = (SELECT list FROM conversations ORDER BY id DESC);"
        "DELETE FROM conversations WHERE id = (SELECT MAX(id) FROM conversations); COMMIT");
  });
  std::cout << at_once << ' ' << longest << ' ' << pieces << ' ' << total << '\n' << all_rows << std::endl;
  if (!database.error()) return 0;
  std::cerr << database.error()->message << std::endl;
  return 1;
}
