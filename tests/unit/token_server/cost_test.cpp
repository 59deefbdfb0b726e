#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "tests/support/cost.hpp"
#include "tests/support/hostile_json.hpp"
#include "tests/unit/token_server/samples.hpp"
#include "token_server/http/request_fields.hpp"

namespace parley::token_server {
namespace {

using namespace parley::testing;

std::string form_of(std::size_t members) {
  std::string form;
  for (std::size_t i = 0; i < members; ++i) form += (i == 0 ? "" : "&") + std::to_string(i) + "=x";
  return form;
}

template <class Read>
void expect_linear(Read read, const http::Request& worst, const http::Request& plain) {
  const Cost cost = compare_cost([&] { read(worst); }, [&] { read(plain); });
  EXPECT_LT(cost.times(), kMostTimesAsMuch) << cost;
}

TEST(RequestCost, NoBodyCostsMoreThanAMultipleOfAPlainOne) {
  const auto read = [](const http::Request& request) { (void)read_token_wish(request); };
  constexpr std::size_t kBytes = limits::kHttpBodyBytes - 64;
  const auto plain = samples::post("/v1/token", object_with("user", plain_text(kBytes)));
  for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths})
    expect_linear(read, samples::post("/v1/token", object_with("user", make(kBytes))), plain);
  const std::string form = form_of(8000);
  expect_linear(read, samples::post("/v1/token", form, samples::kForm),
                samples::post("/v1/token", "user=" + std::string(form.size(), 'x'), samples::kForm));
}

TEST(RequestFields, AFormAtTheLimitOfMembersPassesAndOneMoreDoesNot) {
  EXPECT_TRUE(read_token_wish(samples::post("/v1/token", form_of(limits::kHttpParams), samples::kForm)));
  const auto refused =
      read_token_wish(samples::post("/v1/token", form_of(limits::kHttpParams + 1), samples::kForm));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().http_status, 400);
  EXPECT_EQ(refused.error().message, "body: expected at most 100 members");
}

}  // namespace
}  // namespace parley::token_server
