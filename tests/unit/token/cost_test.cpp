#include <gtest/gtest.h>

#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/protocol/token/explain.hpp"
#include "common/protocol/token/verifier.hpp"
#include "tests/support/cost.hpp"
#include "tests/support/hostile_json.hpp"

namespace parley::token {
namespace {

using namespace parley::testing;

constexpr std::size_t kPartBytes = limits::kTokenBytes * 3 / 4 - 256;

std::string token_of(const std::string& header, const std::string& payload) {
  return base64url_encode(header) + "." + base64url_encode(payload) + ".AAAA";
}

template <class Read>
void expect_linear(Read read) {
  const auto plain = token_of("{}", object_with("x", plain_text(kPartBytes)));
  for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths}) {
    const std::string part = object_with("grants", make(kPartBytes));
    for (const auto& worst : {token_of(part, "{}"), token_of("{}", part)}) {
      const Cost cost = compare_cost([&] { read(worst); }, [&] { read(plain); });
      EXPECT_LT(cost.times(), kMostTimesAsMuch) << cost;
    }
  }
}

TEST(TokenCost, NoTokenCostsMoreThanAMultipleOfAPlainOne) {
  const KeyRing keys;
  expect_linear([&](const std::string& token) { (void)verify(token, keys, {}, WallTime{}); });
  expect_linear([&](const std::string& token) { (void)peek(token); });
}

TEST(TokenCost, NorDoesItsExplanation) {
  const KeyRing keys;
  expect_linear([&](const std::string& token) { (void)explain(token, keys, {}, WallTime{}); });
}

}  // namespace
}  // namespace parley::token
