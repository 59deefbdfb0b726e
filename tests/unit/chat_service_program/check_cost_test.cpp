#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <set>

#include "chat_service/src/transfer/check_rules.hpp"
#include "chat_service/src/transfer/table_columns.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

/// What a check costs: time in proportion to the rows, of whatever kind they are.
namespace parley::chat_service {
namespace {

using ::testing::IsEmpty;

class CheckCost : public ::testing::Test {
 protected:
  CheckCost() : file_(DatabaseFile::open(lived_.path()).value()) {}

  /// The columns of each key by which a search finds one row at most, as "a=? AND b=?".
  std::set<std::string> unique_keys() {
    std::set<std::string> keys{"rowid=?"};
    for (const auto& table : tables_of(file_)) {
      keys.insert(searched_by(table.primary_key));
      auto indexes = file_->query("SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1", table.table);
      while (indexes.next()) {
        std::vector<std::string> columns;
        auto column = file_->query("SELECT name FROM pragma_index_info(?) ORDER BY seqno", indexes.text(0));
        while (column.next()) columns.push_back(column.text(0));
        keys.insert(searched_by(columns));
      }
    }
    return keys;
  }

  static std::string searched_by(const std::vector<std::string>& columns) {
    std::string text;
    for (const auto& column : columns) text += (text.empty() ? "" : " AND ") + column + "=?";
    return text;
  }

  LivedIn lived_;
  DatabaseFile file_;
};

/// One loop of a plan, and the one that it is run in, if any.
struct Loop {
  std::string step{};
  std::string outer{};
  std::size_t depth = 0;
};

bool is_loop(std::string_view step) { return step.starts_with("SCAN ") || step.starts_with("SEARCH "); }

/// Steps of one parent are loops within each other; a correlated subquery is within the loops before it, and
/// other subqueries are run once.
std::vector<Loop> loops_of(storage::Database& database, std::string_view explained) {
  std::vector<Loop> loops;
  std::map<std::int64_t, Loop> within;  // what the next step below a parent is within
  auto row = database.query(explained);
  while (row.next()) {
    Loop& here = within[row.integer(1)];
    const std::string step = row.text(3);
    if (is_loop(step)) {
      loops.push_back({step, here.outer, here.depth});
      here = {.outer = step, .depth = here.depth + 1};
    } else if (step.starts_with("CORRELATED ")) {
      within[row.integer(0)] = Loop(here);
    }
  }
  return loops;
}

bool scans(std::string_view step, const std::string& alias) {
  return step == "SCAN " + alias || step.starts_with("SCAN " + alias + " ");
}

/// May this search find many rows? Those of one parent may, right below the scan of the parents (c, u): each
/// is then seen once.
bool costs_too_much(const Loop& loop, const std::set<std::string>& unique) {
  const auto begin = loop.step.find('('), end = loop.step.find(')');
  if (begin == loop.step.npos || end == loop.step.npos) return true;
  const auto columns = loop.step.substr(begin + 1, end - begin - 1);
  for (const auto& key : unique)
    if (!key.empty() && (columns == key || columns.starts_with(key + " AND "))) return false;
  const bool of_parent = columns.starts_with("conversation_id=?") || columns.starts_with("object_id=?");
  return !of_parent || loop.depth != 1 || !(scans(loop.outer, "c") || scans(loop.outer, "u"));
}

TEST_F(CheckCost, NoRuleScansWithinAScan) {
  static std::deque<std::string> kept;  // the database keeps references to its statements
  const auto unique = unique_keys();
  for (const CheckRule& rule : check_rules()) {
    const auto loops = loops_of(*file_, kept.emplace_back(std::string("EXPLAIN QUERY PLAN ") + rule.sql));
    EXPECT_FALSE(loops.empty()) << rule.what;
    for (const Loop& loop : loops) {
      if (loop.depth == 0) continue;
      EXPECT_FALSE(loop.step.starts_with("SCAN ")) << rule.what << ": " << loop.step;
      EXPECT_FALSE(costs_too_much(loop, unique)) << rule.what << ": " << loop.step;
    }
  }
  EXPECT_FALSE(file_->error());
}

// The plan of the rule that took 23 s for 20,000 messages: the index by its first column only.
TEST_F(CheckCost, ASearchByAPartOfTheKeyIsNoticed) {
  constexpr std::string_view kSlow =
      "EXPLAIN QUERY PLAN SELECT m.sid FROM messages m JOIN conversations c ON c.id = m.conversation_id "
      "LEFT JOIN sync_items i ON i.object_id = c.list AND i.key = m.message_index WHERE i.object_id IS NULL";
  const auto loops = loops_of(*file_, kSlow);
  ASSERT_EQ(loops.size(), 3u);
  EXPECT_TRUE(costs_too_much(loops[2], unique_keys())) << loops[2].step;
}

/// So many of everything: users, conversations of the first user, members, messages, removed messages, files
/// and receipts of the first conversation. "$" is the number.
constexpr const char* kManyRows[] = {
    "INSERT INTO sync_objects(sid, service_sid, unique_name, type, last_event_id, date_created, "
    "date_updated) "
    "SELECT 'ET' || i || '.' || o, 'IS1', i || '.' || o, 1, 100000, 0, 0 FROM n, "
    "(SELECT 0 AS o UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) ORDER BY i, o",
    "INSERT INTO users(id, sid, service_sid, identity, attributes, info_map, conversations_map, "
    "date_created, "
    "date_updated) SELECT i, 'US' || i, 'IS1', i, '{}', 5*i-4, 5*i-3, 0, 0 FROM n",
    "INSERT INTO conversations(id, sid, service_sid, attributes, is_public, created_by, document, roster, "
    "list, "
    "date_created, date_updated) SELECT i, 'CH' || i, 'IS1', '{}', 0, 1, 5*i-2, 5*i-1, 5*i, 0, 0 FROM n",
    "INSERT INTO participants(sid, conversation_id, user_id, type, attributes, role, date_created, "
    "date_updated) "
    "SELECT 'MB' || i, 1, i, 'chat', '{}', 0, 0, 0 FROM n",
    "INSERT INTO participants(sid, conversation_id, user_id, type, attributes, role, date_created, "
    "date_updated) "
    "SELECT 'MC' || i, i, 1, 'chat', '{}', 0, 0, 0 FROM n WHERE i > 1",
    "INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, attributes, "
    "date_created, "
    "date_updated) SELECT 1, i - 1, 'IM' || i, 1, 'MB1', '{}', 0, 0 FROM n",
    "INSERT INTO message_holes(conversation_id, message_index) SELECT 1, $ + i FROM n",
    "INSERT INTO media(sid, service_sid, author, category, content_type, size, blob, conversation_id, "
    "message_sid, "
    "date_created, date_updated) SELECT 'ME' || i, 'IS1', i, 'media', 'a/b', 1, '', 1, 'IM' || i, 0, 0 FROM "
    "n",
    "INSERT INTO receipts(sid, conversation_id, message_sid, participant_sid, status, date_created, "
    "date_updated) "
    "SELECT 'DY' || i, 1, 'IM' || i, 'MB1', 'sent', 0, 0 FROM n",
    "INSERT INTO sync_items(object_id, key, data, revision, created_event_id, last_event_id, removed, "
    "date_created, date_updated) SELECT 5, i - 1, '{}', 0, i, i, 0, 0, 0 FROM n "
    "UNION ALL SELECT 4, 'MB' || i, '{}', 0, i, i, 0, 0, 0 FROM n "
    "UNION ALL SELECT 2, 'CH' || i, '{}', 0, i, i, 0, 0, 0 FROM n",
};

std::string many(int count) {
  const std::string n = std::to_string(count);
  std::string script = "PRAGMA foreign_keys=OFF; BEGIN;";
  for (std::string rows : kManyRows) {
    if (const auto at = rows.find('$'); at != rows.npos) rows.replace(at, 1, n);
    script +=
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + n + ") " + rows + ";";
  }
  return script + "COMMIT;";
}

/// Instructions of SQLite's, in hundreds.
int cost_of(DatabaseFile& file, const char* sql) {
  int asked = 0;
  file->on_progress(100, [&asked] { return ++asked > 0; });
  file->query(sql).run();
  file->on_progress(0, {});
  return asked;
}

TEST(CheckRules, TakeTimeInProportionToTheRows) {
  constexpr int kFew = 500, kTimes = 4;
  testing::TemporaryFile place;
  auto few = DatabaseFile::make(place.path() + ".few").value();
  auto more = DatabaseFile::make(place.path() + ".more").value();
  ASSERT_TRUE(few->run_script(many(kFew))) << few->error()->message;
  ASSERT_TRUE(more->run_script(many(kFew * kTimes))) << more->error()->message;
  for (const CheckRule& rule : check_rules()) {
    const int once = cost_of(few, rule.sql), often = cost_of(more, rule.sql);
    EXPECT_LE(often, (once + 5) * kTimes * 3 / 2) << rule.what << ": " << once << " grew to " << often;
  }
}

}  // namespace
}  // namespace parley::chat_service
