#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "common/base/limits.hpp"
#include "common/base/random.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::chat_service {
namespace {

using json::Value;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kHeader = R"({"parley_export":1,"schema":3,"services":[]})";

/// A row of `media` as the service writes it.
Value medium() {
  return {{"table", "media"},
          {"row",
           {{"id", 1},
            {"sid", "ME1"},
            {"service_sid", "IS1"},
            {"author", "alice"},
            {"category", "media"},
            {"filename", "a.png"},
            {"content_type", "image/png"},
            {"size", 9},
            {"blob", std::string(64, 'a')},
            {"conversation_id", nullptr},
            {"message_sid", nullptr},
            {"position", 0},
            {"date_created", 1},
            {"date_updated", 1}}}};
}

class Import : public ::testing::Test {
 protected:
  Result<std::uint64_t> import(const std::string& text) const {
    std::istringstream in(text);
    return import_database(path(), in);
  }
  /// An export with that one row.
  Result<std::uint64_t> import_row(const std::string& row) const {
    return import(std::string(kHeader) + "\n" + row + "\n{\"rows\":1}\n");
  }
  std::string path() const { return (file_.directory() / "new.db").string(); }

  testing::TemporaryFile file_;
};

TEST_F(Import, TakesARowThatIsRight) {
  const auto rows = import_row(medium().dump());
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows, 1u);
}

TEST_F(Import, TakesANameOfAFileThatAnOlderServiceKept) {
  auto row = medium();
  row["row"]["filename"] = "photo\u202Egnp.exe";
  const auto rows = import_row(row.dump());
  EXPECT_TRUE(rows) << rows.error().message;
}

struct Cell {
  const char* column;
  Value value;
  const char* expected;
};

TEST_F(Import, NamesTheLineAndTheColumnOfACellThatIsWrong) {
  const std::string a(62, 'a');
  const Cell cases[] = {
      {"blob", "", "64 lower-case hex digits"},
      {"blob", "a", "64 lower-case hex digits"},
      {"blob", "00", "64 lower-case hex digits"},
      {"blob", a + "a", "64 lower-case hex digits"},
      {"blob", a + "aaa", "64 lower-case hex digits"},
      {"blob", a + "AA", "64 lower-case hex digits"},
      {"blob", a + "a/", "64 lower-case hex digits"},
      {"blob", "../" + a.substr(1), "64 lower-case hex digits"},
      {"blob", "/" + a + "a", "64 lower-case hex digits"},
      {"blob", "../../../../../../etc/passwd", "64 lower-case hex digits"},
      {"blob", "..", "64 lower-case hex digits"},
      {"blob", a + std::string("a\0", 2), "64 lower-case hex digits"},
      {"blob", 17, "a text"},
      {"blob", nullptr, "a text"},
      {"id", nullptr, "a whole number"},
      {"id", "1", "a whole number"},
      {"size", "9", "a whole number"},
      {"size", 9.0, "a whole number"},
      {"size", 1e300, "a whole number"},
      {"size", 18446744073709551615u, "a whole number"},
      {"size", true, "a whole number"},
      {"size", Value::array(), "a whole number"},
      {"size", Value::object(), "a whole number"},
      {"size", -1, "a number of bytes"},
      {"author", 5, "a text"},
      {"content_type", "text/html\r\nSet-Cookie: a=b", "type/subtype"},
      {"content_type", "", "type/subtype"},
      {"filename", "../../a.png", "a name without path"},
      {"filename", "a\nb", "a name without path"},
  };
  for (const auto& [column, value, expected] : cases) {
    auto row = medium();
    row["row"][column] = value;
    const auto done = import_row(row.dump());
    ASSERT_FALSE(done) << column << " " << value;
    EXPECT_EQ(done.error().code, Errc::invalid_argument);
    EXPECT_THAT(done.error().message,
                StartsWith("import: line 2: row." + std::string(column) + ": expected " + expected))
        << value;
  }
}

struct Line {
  const char* what;
  std::string text;
  const char* message;
};

std::string without(const char* column) {
  auto row = medium();
  row["row"].erase(column);
  return row.dump();
}

std::string with(const char* member, const Value& value) {
  auto row = medium();
  row[member] = value;
  return row.dump();
}

TEST_F(Import, RefusesLinesThatAreNoRows) {
  const std::string deep(100'000, '[');
  const Line cases[] = {
      {"nothing", "", "JSON"},
      {"no JSON", "{", "JSON: syntax error"},
      {"no object", "[1]", "JSON: not an object"},
      {"a number", "7", "JSON: not an object"},
      {"bytes", "\xff\xfe", "JSON: not UTF-8"},
      {"a zero byte", std::string("{\"table\":\0\"media\"}", 18), "JSON: syntax error"},
      {"deep", "{\"table\":" + deep, "JSON: nested too deeply"},
      {"deep in the row", R"({"table":"media","row":{"id":)" + deep, "JSON: nested too deeply"},
      {"no row", R"({"table":"media"})", "row: expected an object"},
      {"no table", R"({"row":{}})", "table: expected a string"},
      {"a number for a table", with("table", 1), "table: expected a string"},
      {"an array for a row", with("row", Value::array()), "row: expected an object"},
      {"an unknown table", with("table", "passwords"), "table: expected one of the schema"},
      {"the table of the secret", with("table", "meta"), "table: expected one of the schema"},
      {"the table of the schema", with("table", "sqlite_master"), "table: expected one of the schema"},
      {"SQL for a table", with("table", "media; DROP TABLE media"), "table: expected one of the schema"},
      {"a table too many", with("tables", "media"), "expected table and row, nothing else"},
      {"a column missing", without("blob"), "row.blob: is missing"},
      {"the table twice", R"({"table":"media","table":"users","row":{}})", "a member is named twice"},
      {"a column twice", R"({"table":"media","row":{"id":1,"id":2}})", "a member is named twice"},
      {"a line for ever", std::string(limits::kImportLineBytes + 1, ' '), "expected at most 16777216 bytes"},
  };
  for (const auto& [what, text, message] : cases) {
    const auto done = import_row(text);
    ASSERT_FALSE(done) << what;
    EXPECT_THAT(done.error().message, AllOf(StartsWith("import: line 2: "), HasSubstr(message))) << what;
  }
}

TEST_F(Import, RefusesAnUnknownColumn) {
  auto row = medium();
  row["row"]["x"] = 1;
  EXPECT_THAT(import_row(row.dump()).error().message, HasSubstr("line 2: row: expected the columns"));
}

TEST_F(Import, RefusesWhatComesBehindTheLastLine) {
  const auto text = std::string(kHeader) + "\n{\"rows\":0}\n";
  EXPECT_THAT(import(text + medium().dump()).error().message,
              HasSubstr("line 3: expected nothing behind the last line"));
  EXPECT_TRUE(import(text));
}

// Later schemas have the same columns.
TEST_F(Import, TakesAnOlderExportWithTheSameColumns) {
  EXPECT_TRUE(import("{\"parley_export\":1,\"schema\":2,\"services\":[]}\n{\"rows\":0}\n"));
  EXPECT_THAT(import("{\"parley_export\":1,\"schema\":1,\"services\":[]}\n{\"rows\":0}\n").error().message,
              HasSubstr("expected an export of schema 2 to " + std::to_string(schema().back().version) +
                        ", it is of 1"));
}

TEST_F(Import, RefusesAHeaderThatIsNone) {
  for (const char* header :
       {"", "x", "[]", R"({"parley_export":"1","schema":2})", R"({"parley_export":2,"schema":2})",
        R"({"parley_export":1})", R"({"parley_export":1,"schema":99999999999999999999})"})
    EXPECT_FALSE(import(std::string(header) + "\n{\"rows\":0}\n")) << header;
}

TEST_F(Import, LeavesNothingOfADatabaseThatItMade) {
  EXPECT_FALSE(import_row("{"));
  for (const auto& entry : std::filesystem::directory_iterator(file_.directory()))
    EXPECT_EQ(entry.path().filename(), "new.db-lock");
}

TEST_F(Import, TakesAnEmptyFileForADatabaseThatIsToBeMade) {
  std::ofstream(path()).flush();
  EXPECT_TRUE(import_row(medium().dump()));
}

TEST_F(Import, LeavesADatabaseThatWasThereAsItWas) {
  SecureRandom random;
  std::string secret;
  {
    const auto store = Store::open(path(), random);
    ASSERT_TRUE(store);
    secret = (*store)->secret();
  }
  auto row = medium();
  row["row"]["blob"] = "..";
  EXPECT_FALSE(
      import(std::string(kHeader) + "\n" + medium().dump() + "\n" + row.dump() + "\n{\"rows\":2}\n"));
  {
    auto file = DatabaseFile::open(path());
    ASSERT_TRUE(file);
    auto count = (*file)->query("SELECT COUNT(*) FROM media");
    ASSERT_TRUE(count.next());
    EXPECT_EQ(count.integer(0), 0) << "the good row of it went, too";
  }
  EXPECT_EQ(Store::open(path(), random).value()->secret(), secret);
}

TEST_F(Import, TouchesNoDatabaseOfAnOlderSchema) {
  SecureRandom random;
  ASSERT_TRUE(Store::open(path(), random));
  {
    auto file = DatabaseFile::open(path());
    ASSERT_TRUE((*file)->run_script(
        "DELETE FROM schema_version WHERE version = (SELECT MAX(version) FROM schema_version)"));
  }
  EXPECT_THAT(import_row(medium().dump()).error().message, HasSubstr("its schema has version"));
}

/// One change to a text: a byte, a piece lost, a piece twice, a piece from elsewhere in it.
std::string spoiled(std::string text, SeededRandom& random) {
  const auto at = [&] { return static_cast<std::size_t>(random.below(text.size())); };
  const auto place = at();
  const auto length = 1 + at() % 40;
  switch (random.below(4)) {
    case 0:
      text[place] = static_cast<char>(random.below(256));
      break;
    case 1:
      text.erase(place, length);
      break;
    case 2:
      text.insert(place, text.substr(place, length));
      break;
    default:
      text.replace(place, length, text.substr(at(), length));
  }
  return text;
}

// Whatever is in the file: nothing crashes, what is refused leaves nothing, what is taken keeps the rules.
TEST_F(Import, SurvivesAnySpoiledFile) {
  LivedIn lived;
  const auto whole = exported(lived.path());
  int taken = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    SeededRandom random(seed);
    std::string text = whole;
    for (std::uint64_t changes = 1 + seed % 3; changes > 0; --changes)
      text = spoiled(std::move(text), random);
    if (const auto rows = import(text); !rows) {
      ++refused;
      EXPECT_FALSE(rows.error().message.empty());
      EXPECT_FALSE(std::filesystem::exists(path())) << seed;
      continue;
    }
    ++taken;
    EXPECT_THAT(check_database(path()).value(), IsEmpty()) << seed;
    std::filesystem::remove(path());
  }
  EXPECT_GT(refused, 40);
  EXPECT_GT(taken, 0) << "a changed letter in a message is no damage";
}

}  // namespace
}  // namespace parley::chat_service
