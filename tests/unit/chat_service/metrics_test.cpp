#include "chat_service/src/shell/metrics.hpp"

#include <gmock/gmock.h>

namespace parley::chat_service {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, TellWhyUploadsWereRefused) {
  Metrics metrics;
  const auto text = metrics.text({.throttled = 2, .uploads_refused = 9, .uploads_over_quota = 3});
  EXPECT_THAT(text, HasSubstr("\nchat_service_throttled_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_uploads_refused_total 9\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_uploads_over_quota_total 3\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_uploads_without_room_total 0\n"));
  const auto later = metrics.text({.uploads_over_quota = 4, .uploads_without_room = 5});
  EXPECT_THAT(later, HasSubstr("\nchat_service_uploads_over_quota_total 4\n"));
  EXPECT_THAT(later, HasSubstr("\nchat_service_uploads_without_room_total 5\n"));
}

}  // namespace
}  // namespace parley::chat_service
