#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/base/json_text.hpp"
#include "tests/support/cost.hpp"
#include "tests/support/hostile_json.hpp"

namespace parley::json {
namespace {

using namespace parley::testing;

constexpr std::size_t kBytes = 256 * 1024;

using Make = std::string (*)(std::size_t);
constexpr std::pair<const char*, Make> kHostile[] = {{"distinct members", distinct_members},
                                                     {"similar members", similar_members},
                                                     {"elements", many_elements},
                                                     {"objects", many_objects},
                                                     {"depths", many_depths}};

/// Each function over each hostile text, beside a plain one of the same size.
template <class Read>
void expect_linear(Read read) {
  const std::string plain = object_with("x", plain_text(kBytes));
  for (const auto& [name, make] : kHostile) {
    SCOPED_TRACE(name);
    const std::string text = make(kBytes);
    const Cost cost = compare_cost([&] { read(text); }, [&] { read(plain); });
    EXPECT_LT(cost.times(), kMostTimesAsMuch) << cost;
  }
}

TEST(JsonCost, NoTextCostsParseMoreThanAMultipleOfAPlainOne) {
  expect_linear([](const std::string& text) { (void)parse(text); });
  expect_linear([](const std::string& text) { (void)parse_unique_object(text); });
}

TEST(JsonCost, NoAnswerCostsMoreThanAMultipleOfAPlainOne) {
  expect_linear([](const std::string& text) { (void)parse(text, kAnswerBounds); });
}

TEST(JsonCost, NoTextCostsCheckMoreThanAMultipleOfAPlainOne) {
  expect_linear([](const std::string& text) { (void)check(text); });
}

TEST(JsonCost, NorDoesWhatIsNotCounted) {
  expect_linear([](const std::string& text) { EXPECT_TRUE(is_json(text)); });
  expect_linear([](const std::string& text) { EXPECT_FALSE(find_repeated_member(text)); });
}

TEST(JsonCost, NorDoesTheOrderOfItsParts) {
  expect_linear([](const std::string& text) {
    (void)members_in(text);
    (void)elements_in(text);
    (void)member_in(text, "x");
    (void)TextReader(text, "").any("x");
  });
}

}  // namespace
}  // namespace parley::json
