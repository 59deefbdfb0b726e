#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using testing::CoreDriver;
using testing::TestClient;

std::vector<int> indexes(const json::Value& page) {
  std::vector<int> result;
  for (const auto& item : page["items"]) result.push_back(item["index"]);
  return result;
}

class SyncObjects : public ::testing::Test {
 protected:
  SyncObjects() {
    std::vector<std::string> urls;
    for (int i = 0; i < 10; ++i) urls.push_back(alice_.say(room_, std::to_string(i)).body["url"]);
    alice_.remove(urls[4]);
    list_ = alice_.get("/v3/Lists/" + room_["sync_objects"]["messages"].get<std::string>()).body;
  }

  json::Value page(const http::Fields& params) {
    return alice_.get(list_["links"]["items"].get<std::string>(), params).body;
  }

  CoreDriver driver_;
  TestClient alice_{driver_, "alice"};
  json::Value room_ = alice_.make_room();
  json::Value list_;
};

TEST_F(SyncObjects, ADescriptorShowsTheCapturedMembers) {
  EXPECT_EQ(list_["type"], "list");
  EXPECT_EQ(list_["unique_name"], room_["sync_objects"]["messages"]);
  EXPECT_EQ(list_["last_event_id"], 10) << "ten added, one removed, the first was 0";
  EXPECT_EQ(list_["revision"], "b");
  EXPECT_TRUE(list_["date_expires"].is_null());
  const std::string url = list_["url"];
  EXPECT_EQ(list_["links"]["items"], url + "/Items");
  EXPECT_EQ(alice_.get(url).body, list_);
  const auto empty = alice_.create({});
  const auto fresh = alice_.get("/v3/Lists/" + empty["sync_objects"]["messages"].get<std::string>()).body;
  EXPECT_EQ(fresh["last_event_id"], -1);
  EXPECT_EQ(fresh["revision"], "0");
}

TEST_F(SyncObjects, PagesGoBothWaysFromAnAnchor) {
  struct Case {
    const char* name;
    http::Fields params;
    std::vector<int> want;
    bool previous, next;
  };
  const Case cases[] = {
      {"newest first", {{"Order", "desc"}, {"PageSize", "3"}}, {9, 8, 7}, false, true},
      {"oldest first", {{"Order", "asc"}, {"PageSize", "3"}}, {0, 1, 2}, false, true},
      {"from inclusive", {{"Order", "asc"}, {"PageSize", "3"}, {"From", "6"}}, {6, 7, 8}, true, true},
      {"a hole starts at the next up", {{"From", "4"}, {"PageSize", "2"}}, {5, 6}, true, true},
      {"a hole starts at the next down",
       {{"From", "4"}, {"Order", "desc"}, {"PageSize", "2"}},
       {3, 2},
       true,
       true},
      {"to the end", {{"From", "8"}, {"PageSize", "5"}}, {8, 9}, true, false},
      {"to the beginning", {{"From", "1"}, {"Order", "desc"}}, {1, 0}, true, false},
      {"from the first", {{"From", "0"}, {"PageSize", "2"}}, {0, 1}, false, true},
      {"beyond the end", {{"From", "99"}}, {}, true, false},
      {"all", {{"HideExpired", "true"}}, {0, 1, 2, 3, 5, 6, 7, 8, 9}, false, false},
      {"exactly all", {{"PageSize", "9"}}, {0, 1, 2, 3, 5, 6, 7, 8, 9}, false, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto got = page(c.params);
    EXPECT_EQ(indexes(got), c.want);
    EXPECT_EQ(got["meta"]["previous_token"].is_string(), c.previous);
    EXPECT_EQ(got["meta"]["next_token"].is_string(), c.next);
  }
}

TEST_F(SyncObjects, TokensAloneLeadThroughAllPages) {
  auto got = page({{"Order", "desc"}, {"PageSize", "4"}});
  std::vector<int> all = indexes(got);
  while (got["meta"]["next_token"].is_string()) {
    got = page({{"PageToken", got["meta"]["next_token"].get<std::string>()}});
    const auto more = indexes(got);
    all.insert(all.end(), more.begin(), more.end());
  }
  EXPECT_EQ(all, (std::vector<int>{9, 8, 7, 6, 5, 3, 2, 1, 0}));
  got = page({{"PageToken", got["meta"]["previous_token"].get<std::string>()}});
  EXPECT_EQ(indexes(got), (std::vector<int>{5, 3, 2, 1})) << "the page before, in the same order";
}

TEST_F(SyncObjects, APageIsCutByBytesAndTokensStillLeadThroughAllBothWays) {
  const auto room = alice_.make_room();
  for (int i = 0; i < 40; ++i) alice_.say(room, std::string(30'000, '"'));
  const std::string items = "/v3/Services/" + std::string(testing::kServiceSid) + "/Lists/" +
                            room["sync_objects"]["messages"].get<std::string>() + "/Items";
  std::vector<int> up, down;
  int pages = 0;
  auto got = alice_.get(items, {{"Order", "asc"}, {"PageSize", "100"}}).body;
  for (;; ++pages) {
    EXPECT_LE(json::dump(got).size(), 600u * 1024);
    const auto more = indexes(got);
    ASSERT_FALSE(more.empty());
    up.insert(up.end(), more.begin(), more.end());
    if (!got["meta"]["next_token"].is_string()) break;
    got = alice_.get(items, {{"PageToken", got["meta"]["next_token"].get<std::string>()}}).body;
  }
  EXPECT_GT(pages, 2);
  for (;;) {
    const auto more = indexes(got);
    down.insert(down.begin(), more.begin(), more.end());
    if (!got["meta"]["previous_token"].is_string()) break;
    got = alice_.get(items, {{"PageToken", got["meta"]["previous_token"].get<std::string>()}}).body;
  }
  std::vector<int> all(40);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(up, all);
  EXPECT_EQ(down, all) << "neither a gap nor an overlap between a page and the one before";
}

TEST_F(SyncObjects, AShortPageBeforeDoesNotRunIntoTheNext) {
  const auto got = page({{"From", "2"}, {"PageSize", "5"}});
  const auto before = page({{"PageToken", got["meta"]["previous_token"].get<std::string>()}});
  EXPECT_EQ(indexes(before), (std::vector<int>{0, 1}));
  const auto again = page({{"PageToken", before["meta"]["next_token"].get<std::string>()}});
  EXPECT_EQ(indexes(again), indexes(got)) << "of full length again";
}

TEST_F(SyncObjects, OneItemByIndexOrKey) {
  EXPECT_EQ(indexes(page({{"Index", "7"}})), std::vector<int>{7});
  EXPECT_TRUE(page({{"Index", "4"}})["items"].empty()) << "removed";
  const std::string map =
      alice_.get("/v3/Maps/" + alice_.sync_name("my_conversations")).body["links"]["items"];
  const auto entry = alice_.get(map, {{"Key", room_["sid"].get<std::string>()}});
  ASSERT_EQ(entry.body["items"].size(), 1u);
  EXPECT_EQ(entry.body["items"][0]["data"]["status"], "joined");
  const auto missing = alice_.get(map, {{"Key", "CH00000000000000000000000000000000"}});
  EXPECT_EQ(missing.status, 200);
  EXPECT_TRUE(missing.body["items"].empty());
}

TEST_F(SyncObjects, BadQueriesAreRefusedByName) {
  struct Case {
    http::Fields params;
    const char* names;
  };
  const Case cases[] = {{{{"Order", "up"}}, "Order"},        {{{"PageSize", "0"}}, "PageSize"},
                        {{{"PageSize", "-1"}}, "PageSize"},  {{{"PageSize", "x"}}, "PageSize"},
                        {{{"From", "x"}}, "From"},           {{{"Index", "1.5"}}, "Index"},
                        {{{"PageToken", "!"}}, "PageToken"}, {{{"PageToken", "e30"}}, "PageToken"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.params[0].first + "=" + c.params[0].second);
    const auto reply = alice_.get(list_["links"]["items"].get<std::string>(), c.params);
    EXPECT_EQ(reply.code(), 20001);
    EXPECT_NE(reply.body["message"].get<std::string>().find(c.names), std::string::npos);
  }
}

TEST_F(SyncObjects, UnknownObjectsHaveACodePerType) {
  EXPECT_EQ(alice_.get("/v3/Documents/none").code(), 54100);
  EXPECT_EQ(alice_.get("/v3/Lists/none").code(), 54150);
  EXPECT_EQ(alice_.get("/v3/Maps/none").code(), 54200);
  EXPECT_EQ(alice_.get("/v3/Maps/" + list_["sid"].get<std::string>()).code(), 54200) << "of another type";
}

}  // namespace
}  // namespace parley::chat_service
