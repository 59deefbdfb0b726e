#include "common/config/keys_file.hpp"

#include <gmock/gmock.h>

#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kPath = "token_server.callers[0].keys_file";

std::string problems_of_keys(const LoadedKeys& keys) { return keys ? "no problem" : describe(keys.error()); }

std::string list(const std::string& name, char digit = 'a') {
  return R"([{"name":")" + name + R"(","sha256":")" + std::string(64, digit) + "\"}]";
}

TEST(KeysFile, ComesBackAsItWasWritten) {
  const std::vector<BackendKey> keys = {
      {.name = "shop", .sha256 = std::string(64, 'a')},
      {.name = "crm", .sha256 = std::string(64, 'b'), .identities = {"crm-*"}, .requests_per_minute = 30}};
  const auto read = parse_keys(format_keys(keys), kPath);
  ASSERT_TRUE(read) << problems_of_keys(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].name, "shop");
  EXPECT_EQ((*read)[0].key, kPath + "[0]");
  EXPECT_EQ((*read)[1].sha256, std::string(64, 'b'));
  EXPECT_THAT((*read)[1].identities, ElementsAre("crm-*"));
  EXPECT_EQ((*read)[1].requests_per_minute, 30u);
  EXPECT_THAT(*parse_keys(format_keys({}), kPath), IsEmpty());
}

TEST(KeysFile, NamesTheKeyAndWhatWasExpected) {
  const std::pair<std::string, std::string> cases[] = {
      {"", kPath + ":1:1: expected well-formed JSON"},
      {"{}", kPath + ": expected a list of objects with name and sha256"},
      {"[1]", kPath + "[0]: expected an object with name and sha256"},
      {list("a b"), kPath + "[0].name: expected 1 to 64 letters"},
      {R"([{"name":"a"}])",
       kPath + "[0].sha256: expected 64 lower-case hex digits: the SHA-256 of the key, but"},
      {list("a").insert(2, R"("key":"pk_hush",)"),
       kPath + "[0].key: unknown key; expected one of identities,"},
  };
  for (const auto& [text, line] : cases) {
    const auto keys = parse_keys(text, kPath);
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().size(), 1u);
    EXPECT_THAT(problems_of_keys(keys), testing::StartsWith("  " + line));
  }
}

TEST(KeysFile, HoldsManyKeysButNotAnyNumber) {
  std::vector<BackendKey> keys;
  for (int i = 0; i < 2000; ++i)
    keys.push_back({.name = "key-" + std::to_string(i), .sha256 = std::string(64, 'a')});
  EXPECT_TRUE(parse_keys(format_keys(keys), kPath));
  std::string ones = "[1";
  for (int i = 0; i < 10'000; ++i) ones += ",1";
  EXPECT_EQ(problems_of_keys(parse_keys(ones + "]", kPath)),
            "  " + kPath + ": expected at most 10000 entries\n");
  std::string fewer = "[1";
  for (int i = 0; i < 9000; ++i) fewer += ",1";
  EXPECT_EQ(parse_keys(fewer + "]", kPath).error().size(), 100u);
}

json with_keys_file(const std::string& file) {
  json document = example();
  document["token_server"]["callers"] = {{{"type", "backend_keys"}, {"keys_file", file}}};
  return document;
}

TEST(KeysFile, JoinsTheKeysOfTheConfiguration) {
  const TemporaryFile file(list("shop"));
  json document = with_keys_file(file.path());
  document["token_server"]["callers"][0]["keys"] = {{{"name", "crm"}, {"sha256", std::string(64, 'b')}}};
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& callers = std::get<BackendKeyCallers>(loaded->token_server.callers.at(0).who);
  ASSERT_EQ(callers.keys.size(), 2u);
  EXPECT_EQ(callers.keys[0].name, "crm");
  EXPECT_EQ(callers.keys[1].name, "shop");
  EXPECT_EQ(callers.keys[1].key, kPath + "[0]");
}

TEST(KeysFile, NeedNotExist) {
  const auto loaded = parse_json(with_keys_file(testing::TempDir() + "/parley_no_such_file.json"));
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_THAT(std::get<BackendKeyCallers>(loaded->token_server.callers.at(0).who).keys, IsEmpty());
}

TEST(KeysFile, HasOtherKeysThanTheConfiguration) {
  const TemporaryFile file(list("shop"));
  json document = with_keys_file(file.path());
  document["token_server"]["callers"][0]["keys"] = {{{"name", "shop"}, {"sha256", std::string(64, 'a')}}};
  EXPECT_EQ(problems_of(parse_json(document)),
            "  " + kPath + "[0].name: expected a name that no other key has\n  " + kPath +
                "[0].sha256: expected a key that is not there "
                "already\n");
}

TEST(KeysFile, MustBeAFile) {
  EXPECT_EQ(problems_of(parse_json(with_keys_file(testing::TempDir()))),
            "  " + kPath + ": expected a file that can be read, but it is a directory\n");
}

#ifndef _WIN32
TEST(KeysFile, IsRefusedIfOthersCanChangeIt) {
  const TemporaryFile open(list("shop"), 0602), readable(list("shop"), 0644);
  EXPECT_EQ(problems_of(parse_json(with_keys_file(open.path()))),
            "  " + kPath + ": expected a file that others cannot change (chmod o-rwx)\n");
  EXPECT_TRUE(parse_json(with_keys_file(readable.path())));
}
#endif

}  // namespace
}  // namespace parley::config
