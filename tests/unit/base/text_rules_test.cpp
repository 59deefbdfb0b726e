#include "common/base/text_rules.hpp"

#include <gtest/gtest.h>

#include "tests/support/cost.hpp"

namespace parley {
namespace {

constexpr TextKind kKinds[] = {TextKind::identifier, TextKind::line, TextKind::text};

std::string utf8(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
          byte(0x80 | (c & 0x3F))};
}

bool is_clean_as(char32_t code_point, TextKind kind) { return is_clean("a" + utf8(code_point) + "b", kind); }

TEST(TextRules, WhatActsOnTheTextAroundItIsRefusedOnOneLine) {
  for (const char32_t bad :
       {0x00,   0x07,   0x1B,   0x7F,    0x80,     0x85,    0x9B,    0x9F,    0x200B, 0x2028,
        0x2029, 0x202A, 0x202E, 0x2060,  0x2064,   0x2066,  0x2069,  0x206F,  0xFDD0, 0xFEFF,
        0xFFF9, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xE0001, 0xE0041, 0xE007F, 0xE0FFF}) {
    for (const auto kind : kKinds) EXPECT_FALSE(is_clean_as(bad, kind)) << static_cast<unsigned>(bad);
  }
  for (const char32_t ends : {'\n', '\t'}) {
    EXPECT_FALSE(is_clean_as(ends, TextKind::identifier));
    EXPECT_FALSE(is_clean_as(ends, TextKind::line));
    EXPECT_TRUE(is_clean_as(ends, TextKind::text));
  }
  EXPECT_FALSE(is_clean_as('\r', TextKind::text)) << "it would write over the line";
}

TEST(TextRules, TheNeighboursOfEachRangeAreTaken) {
  for (const char32_t good : {0x20, 0x7E, 0xA0, 0x200A, 0x2010, 0x2027, 0x202F, 0x205F, 0x2070, 0xFDCF,
                              0xFDF0, 0xFFFC, 0xFFFD, 0x1FFFD, 0x10FFFD, 0xE000, 0xDFFFD, 0xE1000})
    for (const auto kind : kKinds) EXPECT_TRUE(is_clean_as(good, kind)) << static_cast<unsigned>(good);
}

TEST(TextRules, WhatCannotBeSeenIsRefusedWhereNamesAreCompared) {
  for (const char32_t hidden : {0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x200C, 0x200D, 0x200E, 0x200F, 0x3164,
                                0xFE0F, 0xFFA0, 0xE0100}) {
    EXPECT_FALSE(is_clean_as(hidden, TextKind::identifier)) << static_cast<unsigned>(hidden);
    EXPECT_TRUE(is_clean_as(hidden, TextKind::line)) << static_cast<unsigned>(hidden);
  }
}

TEST(TextRules, EmojiAndJoinedScriptsAreNames) {
  for (const char* name :
       {"👩‍👩‍👧 \"family\"", "🧑‍🚀 captain", "🏳️‍🌈", "❤️",
        "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "می‌خواهم",
        "क्‍ष", "Кухня №1", "e\u0301", "שלום", "𝄞 clef", "\U00020000"})
    for (const auto kind : kKinds) EXPECT_TRUE(is_clean(name, kind)) << name;
}

TEST(TextRules, AJoinerWhereNothingIsJoinedIsHiddenText) {
  for (const char* name :
       {"ali\u200Dce", "\u200Dalice", "alice\u200C", "漢\u200D字", "🧑\u200D\u200D🚀", "a\uFE0F"}) {
    EXPECT_FALSE(is_clean(name, TextKind::identifier)) << name;
    EXPECT_TRUE(is_clean(name, TextKind::line)) << name;
  }
}

TEST(TextRules, BytesThatAreNotUtf8AreRefused) {
  for (const char* bad : {"\xff", "a\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x80"})
    for (const auto kind : kKinds) EXPECT_FALSE(is_clean(bad, kind));
}

TEST(TextRules, WithoutHazardsKeepsTheRest) {
  EXPECT_EQ(without_hazards("photo\u202Egnp.exe\u0085\xff", TextKind::line), "photognp.exe");
  EXPECT_EQ(without_hazards("🧑‍🚀\n.png", TextKind::line), "🧑‍🚀.png");
}

TEST(TextRules, EscapesForATerminal) {
  EXPECT_EQ(escape_hazards("a\x1b[31m\n\u202E\xff", TextKind::line), "a\\x1b[31m\\x0a\\xe2\\x80\\xae\\xff");
  EXPECT_EQ(escape_hazards("a\n\tb\u009B", TextKind::text), "a\n\tb\\xc2\\x9b");
  EXPECT_EQ(escape_hazards("abcdef", TextKind::line, 3), "abc...");
  EXPECT_EQ(escape_hazards("abc", TextKind::line, 3), "abc");
}

TEST(TextRules, EscapedJsonIsTheSameValue) {
  EXPECT_EQ(escape_hazards_in_json("{\"a\":\"x\u202E\u009B\U000E0001é🧑‍🚀\"}"),
            "{\"a\":\"x\\u202e\\u009b\\udb40\\udc01é🧑‍🚀\"}");
  EXPECT_EQ(escape_hazards_in_json("{\"a\":1}"), "{\"a\":1}");
}

TEST(TextRules, HostileTextsAreReadInLinearTime) {
  std::string hostile;
  while (hostile.size() < 256 * 1024) hostile += "\xF3\xA0\x80\xA1\xE2\x80\x8D\xff\xC2\x9B";
  const std::string plain(hostile.size(), 'x');
  for (const auto kind : {TextKind::identifier, TextKind::line, TextKind::text}) {
    const auto cost = testing::compare_cost([&] { (void)escape_hazards(hostile, kind); },
                                            [&] { (void)escape_hazards(plain, kind); });
    EXPECT_LT(cost.times(), testing::kMostTimesAsMuch) << cost;
    EXPECT_LT(testing::compare_cost([&] { (void)without_hazards(hostile, kind); },
                                    [&] { (void)without_hazards(plain, kind); })
                  .times(),
              testing::kMostTimesAsMuch);
  }
}

}  // namespace
}  // namespace parley
