#include <parley/error.hpp>

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(Error, PrintsOnlyTheLayersThatAreSet) {
  EXPECT_EQ((Error{.code = Errc::timed_out, .message = "no reply"}).to_string(), "timed_out: no reply");
  const Error full{.code = Errc::forbidden,
                   .message = "not allowed",
                   .http_status = 403,
                   .server_code = 50430,
                   .server_text = "Not a participant",
                   .request_id = "RQ1",
                   .retry_after = std::chrono::milliseconds(5)};
  EXPECT_EQ(full.to_string(),
            "forbidden: not allowed [http 403] [code 50430] [server: Not a participant] [request RQ1] "
            "[retry after 5 ms]");
}

TEST(Error, EveryCodeHasItsOwnRow) {
  for (int i = 0; i <= static_cast<int>(Errc::storage_error); ++i)
    for (int k = 0; k < i; ++k) EXPECT_NE(to_string(static_cast<Errc>(i)), to_string(static_cast<Errc>(k)));
  EXPECT_EQ(to_string(Errc::storage_error), "storage_error");
  EXPECT_EQ(to_string(Errc::outcome_unknown), "outcome_unknown");
  EXPECT_EQ(to_string(Errc::unresolved), "unresolved");
  EXPECT_EQ(to_string(Errc::unreachable), "unreachable");
  EXPECT_EQ(to_string(Errc::proxy_failed), "proxy_failed");
  EXPECT_EQ(to_string(Errc::tls_failed), "tls_failed");
  EXPECT_EQ(to_string(Errc::upgrade_refused), "upgrade_refused");
}

TEST(Error, RetryableIsDecidedByCode) {
  for (const Errc on_the_way :
       {Errc::unresolved, Errc::unreachable, Errc::proxy_failed, Errc::tls_failed, Errc::upgrade_refused})
    EXPECT_TRUE((Error{.code = on_the_way}).retryable()) << to_string(on_the_way);
  EXPECT_TRUE((Error{.code = Errc::token_expired}).retryable());
  EXPECT_FALSE((Error{.code = Errc::denied}).retryable());
  EXPECT_FALSE((Error{.code = Errc::outcome_unknown}).retryable());
}

TEST(Result, ValueThrowsWithEveryLayer) {
  const Result<int> result =
      Error{.code = Errc::not_found, .message = "no such channel", .server_code = 50350};
  try {
    (void)result.value();
    FAIL() << "no exception";
  } catch (const Exception& exception) {
    EXPECT_EQ(exception.error().server_code, 50350);
    EXPECT_STREQ(exception.what(), "not_found: no such channel [code 50350]");
  }
}

}  // namespace
}  // namespace parley
