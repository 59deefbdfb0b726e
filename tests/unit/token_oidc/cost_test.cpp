#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "tests/support/cost.hpp"
#include "tests/support/hostile_json.hpp"
#include "token_server/oidc/claims_check.hpp"
#include "token_server/oidc/jose_header.hpp"
#include "token_server/oidc/jwk_set.hpp"

namespace parley::token_server {
namespace {

using namespace parley::testing;

/// `read` over a member of so many bytes, hostile or plain.
template <class Read>
void expect_linear(std::string_view member, std::size_t bytes, Read read) {
  const auto plain = object_with(member, plain_text(bytes));
  for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths}) {
    const auto worst = object_with(member, make(bytes));
    const Cost cost = compare_cost([&] { read(worst); }, [&] { read(plain); });
    EXPECT_LT(cost.times(), kMostTimesAsMuch) << cost;
  }
}

TEST(OidcCost, NoKeySetCostsMoreThanAMultipleOfAPlainText) {
  for (const char* member : {"keys", "x"})
    expect_linear(member, limits::kJwksBytes - 64,
                  [](const std::string& text) { (void)JwkSet::parse(text); });
}

TEST(OidcCost, NorDoesAToken) {
  OidcSettings settings;
  settings.issuer = "https://id.example.com";
  for (const char* member : {"aud", "x"}) {
    expect_linear(member, limits::kTokenBytes,
                  [&](const std::string& text) { (void)check_claims(text, settings, WallTime{}); });
    expect_linear(member, limits::kTokenBytes,
                  [](const std::string& text) { (void)read_jose_header(text, {"RS256"}); });
  }
}

}  // namespace
}  // namespace parley::token_server
