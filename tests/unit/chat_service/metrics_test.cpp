#include "chat_service/src/shell/metrics.hpp"

#include <gmock/gmock.h>

namespace parley::chat_service {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, TellWhyUploadsWereRefused) {
  Metrics metrics;
  const auto text = metrics.text({.throttled = 2,
                                  .messages_over_quota = 6,
                                  .writes_without_room = 7,
                                  .uploads_refused = 9,
                                  .uploads_over_quota = 3});
  EXPECT_THAT(text, HasSubstr("\nchat_service_throttled_total 2\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_uploads_refused_total 9\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_messages_over_quota_total 6\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_writes_without_room_total 7\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_uploads_over_quota_total 3\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_uploads_without_room_total 0\n"));
  const auto later = metrics.text({.uploads_over_quota = 4, .uploads_without_room = 5});
  EXPECT_THAT(later, HasSubstr("\nchat_service_uploads_over_quota_total 4\n"));
  EXPECT_THAT(later, HasSubstr("\nchat_service_uploads_without_room_total 5\n"));
}

TEST(Metrics, CountConnectionsByTheLimitThatClosedThem) {
  Metrics metrics;
  metrics.closed_by_limit(net::ConnectionLimit::connections_per_address);
  metrics.closed_by_limit(net::ConnectionLimit::connections_per_address);
  const auto text = metrics.text({.inbound_bytes = 7});
  EXPECT_THAT(
      text,
      HasSubstr("\nchat_service_connections_closed_by_limit_total{limit=\"connections_per_address\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_connections_closed_by_limit_total{limit=\"descriptors\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\nchat_service_inbound_buffer_bytes 7\n"));
}

}  // namespace
}  // namespace parley::chat_service
