#include "chat_service/src/media/temporary_url.hpp"

#include <gtest/gtest.h>

namespace parley::chat_service::media {
namespace {

using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'795'176'000)};
const std::string kSid = "ME0123456789abcdef0123456789abcdef";

TEST(TemporaryUrls, AreGoodForTheirMediumUntilTheirTimeIsOver) {
  const TemporaryUrls urls("secret", seconds(300));
  const auto params = http::parse_query(urls.query("IS1", kSid, kNow));
  EXPECT_TRUE(TemporaryUrls::is_signed(params));
  EXPECT_TRUE(urls.allows("IS1", kSid, params, kNow));
  EXPECT_TRUE(urls.allows("IS1", kSid, params, kNow + seconds(300)));
  EXPECT_FALSE(urls.allows("IS1", kSid, params, kNow + seconds(301)));
  EXPECT_FALSE(urls.allows("IS2", kSid, params, kNow));
  EXPECT_FALSE(urls.allows("IS1", "ME1123456789abcdef0123456789abcdef", params, kNow));
}

TEST(TemporaryUrls, CannotBeMadeLongerOrByOthers) {
  const TemporaryUrls urls("secret", seconds(300));
  auto params = http::parse_query(urls.query("IS1", kSid, kNow));
  for (auto& [name, value] : params) {
    const std::string kept = value;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      value = kept;
      value[i] = value[i] == '9' ? '8' : '9';
      EXPECT_FALSE(urls.allows("IS1", kSid, params, kNow)) << name << " " << i;
    }
    value = kept + "0";
    EXPECT_FALSE(urls.allows("IS1", kSid, params, kNow)) << name;
    value = "";
    EXPECT_FALSE(urls.allows("IS1", kSid, params, kNow)) << name;
    value = kept;
  }
  EXPECT_TRUE(urls.allows("IS1", kSid, params, kNow));
  EXPECT_FALSE(TemporaryUrls("other", seconds(300)).allows("IS1", kSid, params, kNow));
  EXPECT_FALSE(urls.allows("IS1", kSid, {params[0]}, kNow));
  EXPECT_FALSE(urls.allows("IS1", kSid, {}, kNow));
  EXPECT_FALSE(TemporaryUrls::is_signed({}));
}

}  // namespace
}  // namespace parley::chat_service::media
