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

TEST(Utf8, FindsControlCharacters) {
  for (const char* bad : {"a\tb", "\x1f", "\x7f", "\xc2\x85"})
    EXPECT_TRUE(has_control_characters(bad)) << bad;
  for (const char* good : {"", "plain", "\xc2\xa0", "\xc3\x85"})
    EXPECT_FALSE(has_control_characters(good)) << good;
}

}  // namespace
}  // namespace parley
