#include "common/base/repeated_events.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"

namespace parley {
namespace {

using limits::kRepeatedLines;
using limits::kRepeatedSources;
using std::chrono::seconds;

const TimePoint kStart{seconds(1000)};
const TimePoint kEnd = kStart + RepeatedEvents::kWindow;

std::size_t admitted(RepeatedEvents& events, std::size_t times, std::string_view what,
                     std::string_view source) {
  std::size_t lines = 0;
  for (std::size_t i = 0; i < times; ++i) lines += events.admit(what, source, kStart) ? 1 : 0;
  return lines;
}

std::string text(const std::vector<RepeatedEvents::Sum>& sums) {
  std::string text;
  for (const auto& sum : sums) text += sum.what + "/" + sum.source + "/" + std::to_string(sum.count) + " ";
  return text;
}

TEST(RepeatedEvents, TellAFewOfEachKindAndSource) {
  RepeatedEvents events;
  EXPECT_EQ(admitted(events, kRepeatedLines, "401", "a"), kRepeatedLines);
  EXPECT_EQ(admitted(events, 1, "401", "a"), 0u) << "one beyond";
  EXPECT_EQ(admitted(events, kRepeatedLines + 5, "404", "a"), kRepeatedLines) << "of another kind";
  EXPECT_EQ(admitted(events, kRepeatedLines, "401", "b"), kRepeatedLines) << "of another source";
  EXPECT_EQ(text(events.take_ended(kEnd - seconds(1))), "");
  EXPECT_EQ(text(events.take_ended(kEnd)), "401/a/1 404/a/5 ") << "nothing was kept from the log of b";
}

TEST(RepeatedEvents, BeginAnewAfterTheWindow) {
  RepeatedEvents events;
  EXPECT_FALSE(events.next_end());
  admitted(events, kRepeatedLines + 1, "401", "a");
  EXPECT_EQ(events.next_end(), kEnd);
  EXPECT_TRUE(events.admit("401", "b", kStart + seconds(1)));
  EXPECT_EQ(text(events.take_ended(kEnd)), "401/a/1 ");
  EXPECT_EQ(events.next_end(), kEnd + seconds(1));
  EXPECT_TRUE(events.admit("401", "a", kEnd));
  EXPECT_EQ(text(events.take_ended(kEnd + RepeatedEvents::kWindow)), "");
  EXPECT_FALSE(events.next_end());
}

TEST(RepeatedEvents, TellNoMoreSourcesApartThanTheLimit) {
  RepeatedEvents events;
  for (std::size_t i = 0; i < kRepeatedSources; ++i)
    ASSERT_TRUE(events.admit("401", std::to_string(i), kStart)) << i;
  EXPECT_EQ(admitted(events, 1, "401", "one more"), 0u);
  EXPECT_EQ(admitted(events, 2, "401", "another"), 0u);
  EXPECT_EQ(admitted(events, 1, "404", "another"), 0u);
  EXPECT_EQ(admitted(events, 1, "401", "0"), 1u) << "who is known stays so";
  EXPECT_EQ(text(events.take_ended(kEnd)), "401//3 404//1 ");
}

}  // namespace
}  // namespace parley
