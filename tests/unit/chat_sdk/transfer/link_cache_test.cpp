#include "chat_sdk/src/transfer/link_cache.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";  // 784111777

http::Fields at(const std::string& date) { return {{"Date", date}}; }

TEST(LifeOfLink, IsWhatTheServicesOwnClockSays) {
  EXPECT_EQ(life_of_link("http://h/c?Expires=784112077&Signature=x", at(kDate)), 300s);
  EXPECT_EQ(life_of_link("http://h/c?Expires=784111777", at(kDate)), 0s);
  EXPECT_EQ(life_of_link("http://h/c?Expires=1", at(kDate)), 0s) << "it is over";
  EXPECT_EQ(life_of_link("http://h/c?Expires=9223372036854775807", at(kDate)), 24h);
  EXPECT_EQ(life_of_link("http://h/c?Expires=1704067500", at("Mon, 01 Jan 2024 00:00:00 GMT")), 300s);
}

TEST(LifeOfLink, OfAStoreThatTellsItInSeconds) {
  EXPECT_EQ(life_of_link("https://h/c?X-Amz-Date=20240101T000000Z&X-Amz-Expires=600", {}), 600s);
}

TEST(LifeOfLink, IsNotGuessed) {
  for (const char* url : {"http://h/c", "http://h/c?", "http://h/c?Expires=", "http://h/c?Expires=soon",
                          "http://h/c?Expires=-5", "http://h/c?Expires=99999999999999999999"})
    EXPECT_FALSE(life_of_link(url, at(kDate))) << url;
  for (const char* date : {"", "yesterday", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sun, 36 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"})
    EXPECT_FALSE(life_of_link("http://h/c?Expires=784112077", at(date))) << date;
  EXPECT_FALSE(life_of_link("http://h/c?Expires=784112077", {}));
}

class LinkCacheTest : public ::testing::Test {
 protected:
  std::string known(const std::string& sid) {
    const auto link = cache.find(sid, now);
    return link ? link->url : "";
  }

  TimePoint now{};
  LinkCache cache;
};

TEST_F(LinkCacheTest, KeepsALinkUntilAMinuteBeforeItExpires) {
  cache.put("ME1", {"http://one", 5}, 300s, now);
  EXPECT_EQ(known("ME1"), "http://one");
  EXPECT_EQ(cache.find("ME1", now)->bytes, 5u);
  EXPECT_EQ(known("ME2"), "");
  now += 239s;
  EXPECT_EQ(known("ME1"), "http://one");
  now += 1s;
  EXPECT_EQ(known("ME1"), "");
  EXPECT_EQ(cache.size(), 0u);
}

TEST_F(LinkCacheTest, KeepsAShortOneForHalfOfItsLife) {
  cache.put("ME1", {"http://one"}, 20s, now);
  now += 9s;
  EXPECT_EQ(known("ME1"), "http://one");
  now += 1s;
  EXPECT_EQ(known("ME1"), "");
}

TEST_F(LinkCacheTest, ANewerOneTakesItsPlaceAndAUselessOneRemovesIt) {
  cache.put("ME1", {"http://one"}, 300s, now);
  cache.put("ME1", {"http://two"}, 300s, now);
  EXPECT_EQ(known("ME1"), "http://two");
  cache.put("ME1", {"http://three"}, 1s, now);
  EXPECT_EQ(known("ME1"), "");
  cache.put("ME1", {"http://four"}, 300s, now);
  cache.forget("ME1");
  EXPECT_EQ(known("ME1"), "");
}

TEST_F(LinkCacheTest, KeepsAThousandThoseThatLastLongest) {
  cache.put("first", {"http://first"}, 200s, now);
  for (int i = 0; i < 1000; ++i) cache.put("ME" + std::to_string(i), {"http://x"}, 300s, now);
  EXPECT_EQ(cache.size(), 1000u);
  EXPECT_EQ(known("first"), "");
}

}  // namespace
}  // namespace parley::detail
