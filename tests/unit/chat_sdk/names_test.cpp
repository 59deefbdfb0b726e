#include <gtest/gtest.h>

#include <map>
#include <set>

#include <parley/client.hpp>

#include "chat_sdk/src/engine/message_page.hpp"
#include "chat_sdk/src/engine/private_name.hpp"
#include "common/base/random.hpp"

namespace parley::detail {
namespace {

TEST(PrivateChannelName, IsTheSameForBothAndReadsBack) {
  for (const auto& [a, b] : {std::pair{"alice", "bob"}, {"a#b", "c"}, {"100%", "x"}, {"%23", "#"}, {"é", "e"}}) {
    const auto name = private_channel_name(a, b);
    EXPECT_EQ(name, private_channel_name(b, a));
    EXPECT_EQ(peer_of_private_name(name, a), b);
    EXPECT_EQ(peer_of_private_name(name, b), a);
    EXPECT_EQ(peer_of_private_name(name, "mallory"), std::nullopt);
  }
}

TEST(PrivateChannelName, NoTwoPairsShareOne) {
  SeededRandom random(11);
  const auto identity = [&] {
    std::string text;
    for (std::uint64_t i = 0, n = 1 + random.below(3); i < n; ++i) text += "ab#%2335"[random.below(8)];
    return text;
  };
  std::map<std::string, std::set<std::string>> pairs;
  for (int i = 0; i < 20'000; ++i) {
    const auto a = identity(), b = identity();
    const auto& low = std::min(a, b);
    const auto& high = std::max(a, b);
    const auto [at, fresh] = pairs.try_emplace(private_channel_name(a, b), std::set<std::string>{low + "\n" + high});
    EXPECT_TRUE(at->second.contains(low + "\n" + high)) << at->first;
  }
}

TEST(PrivateChannelName, OrdinaryNamesAreNotPrivate) {
  for (const char* name : {"general", "alice", "bob#alice", "alice#bob#x", "alice#%zz", "#", ""})
    EXPECT_EQ(peer_of_private_name(name, "alice"), std::nullopt) << name;
}

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
