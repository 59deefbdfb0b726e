#include <gtest/gtest.h>

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

TEST(PageQuery, AnExclusiveAnchorStepsInTheDirectionOfReading) {
  const auto from = [](const GetMessages& query) {
    const auto params = page_query(query);
    return params ? std::string(http::find_param(*params, "From").value_or("none")) : "nothing there";
  };
  EXPECT_EQ(from({}), "none");
  EXPECT_EQ(from({.anchor = Anchor::at(5)}), "5");
  EXPECT_EQ(from({.anchor = Anchor::beyond(5)}), "4");
  EXPECT_EQ(from({.anchor = Anchor::beyond(5), .direction = Direction::forwards}), "6");
  EXPECT_EQ(from({.anchor = Anchor::beyond(0)}), "nothing there");
}

}  // namespace
}  // namespace parley::detail
