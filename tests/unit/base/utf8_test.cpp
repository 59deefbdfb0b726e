#include "common/base/utf8.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (const char* good : {"", "a\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_valid_utf8(good)) << good;
}

TEST(Utf8, RefusesOverlongSurrogatesTruncationsAndStrays) {
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "a\xff",
                          "\xe2\x28\xa1", "\xf0\x9f\x28\x80"})
    EXPECT_FALSE(is_valid_utf8(bad)) << bad;
}

TEST(Utf8, ReadsOneCodePointAfterTheOther) {
  struct Case {
    const char* text;
    char32_t value;
    std::size_t bytes;
  };
  for (const Case& one : {Case{"az", 'a', 1}, Case{"\xc2\x80z", 0x80, 2}, Case{"\xef\xbf\xbfz", 0xFFFF, 3},
                          Case{"\xf4\x8f\xbf\xbfz", 0x10FFFF, 4}}) {
    const CodePoint read = first_code_point(one.text);
    EXPECT_TRUE(read.valid);
    EXPECT_EQ(read.value, one.value);
    EXPECT_EQ(read.bytes, one.bytes);
  }
  const CodePoint bad = first_code_point("\xe2\x28\xa1");
  EXPECT_FALSE(bad.valid);
  EXPECT_EQ(bad.bytes, 1u);
}

}  // namespace
}  // namespace parley
