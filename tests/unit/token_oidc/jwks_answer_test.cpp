#include "token_server/oidc/jwks_answer.hpp"

#include <gtest/gtest.h>

#include "tests/unit/token_oidc/samples.hpp"

namespace parley::token_server {
namespace {

using std::chrono::seconds;

std::optional<seconds> max_age(const std::string& value) {
  return max_age_of({{"Content-Type", "application/json"}, {"cache-control", value}});
}

TEST(JwksAnswer, ReadsTheLifeThatTheIssuerNames) {
  const struct {
    const char* value;
    std::optional<seconds> expected;
  } cases[] = {
      {"max-age=600", seconds(600)},
      {"public, max-age=19800, must-revalidate, no-transform", seconds(19800)},
      {"MAX-AGE = 5", seconds(5)},
      {"max-age=0", seconds(0)},
      {"no-store", seconds(0)},
      {"max-age=600, No-Cache", seconds(0)},
      {"max-age=600, max-age=60", seconds(60)},
      {"max-age=99999999999999999999999", seconds(10LL * 365 * 86400)},
      {"s-maxage=600", std::nullopt},
      {"max-age", std::nullopt},
      {"max-age=", std::nullopt},
      {"max-age=-1", std::nullopt},
      {"max-age=1x", std::nullopt},
      {"max-age=\"60\"", std::nullopt},
      {"xmax-age=60", std::nullopt},
      {",,,", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(max_age(c.value), c.expected) << c.value;
  EXPECT_EQ(max_age_of({}), std::nullopt);
  EXPECT_EQ(max_age_of({{"Cache-Control", "public"}, {"Cache-Control", "max-age=7"}}), seconds(7));
}

TEST(JwksAnswer, AcceptsStatus200Only) {
  http::Response response;
  response.headers = {{"Cache-Control", "max-age=600"}};
  response.body = test::jwks(test::ec_key().jwk("a"));
  const auto good = read_jwks_answer(response);
  ASSERT_TRUE(good) << good.error().to_string();
  EXPECT_TRUE(good->keys.has("a"));
  EXPECT_EQ(good->max_age, seconds(600));
  for (const int status : {201, 204, 301, 302, 304, 404, 500, 503}) {
    response.status = status;
    EXPECT_FALSE(read_jwks_answer(response)) << status;
  }
}

TEST(JwksAnswer, TakesAnEmptySetAsAnAnswer) {
  http::Response response;
  response.body = test::jwks("");
  const auto none = read_jwks_answer(response);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->keys.empty());
  response.body = "not JSON";
  EXPECT_FALSE(read_jwks_answer(response));
}

}  // namespace
}  // namespace parley::token_server
