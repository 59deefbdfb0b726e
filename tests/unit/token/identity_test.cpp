#include "common/protocol/token/identity.hpp"

#include <gmock/gmock.h>

#include "common/base/limits.hpp"

namespace parley::token {
namespace {

struct Case {
  const char* name;
  std::string identity;
  int server_code;
};

TEST(Identity, AcceptsWhatPeopleUse) {
  for (const char* identity : {"alice", "test@brocoders.com", "Алиса#bob \"q\" \\ /", "US12", "System", " ",
                               "🧑‍🚀 captain", "👩‍👩‍👧 \"family\"", "می‌خواهم"})
    EXPECT_TRUE(check_identity(identity)) << identity;
}

TEST(Identity, RefusesWhatTheCloudOrALogCannotTake) {
  const Case cases[] = {
      {"empty", "", 0},
      {"not UTF-8", "a\xff", 0},
      {"overlong form", "\xc0\x80", 0},
      {"NUL", std::string("a\0b", 3), 0},
      {"line end", "a\nb", 0},
      {"DEL", "a\x7f", 0},
      {"C1 control", "a\xc2\x85", 0},
      {"right-to-left override", "a\u202Eb", 0},
      {"zero width space", "a\u200Bb", 0},
      {"joiner that joins nothing", "ali\u200Dce", 0},
      {"line separator", "a\u2028b", 0},
      {"hidden tags", "a\U000E0041\U000E007F", 0},
      {"user SID", "US0123456789abcdef0123456789abcdef", 50206},
      {"reserved", "system", 50203},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto checked = check_identity(c.identity);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Errc::invalid_argument);
    EXPECT_EQ(checked.error().server_code, c.server_code);
    EXPECT_THAT(checked.error().message, testing::StartsWith("identity: expected "));
  }
}

TEST(Identity, IsBoundedInBytes) {
  EXPECT_TRUE(check_identity(std::string(limits::kIdentityBytes, 'a')));
  const auto checked = check_identity(std::string(limits::kIdentityBytes + 1, 'a'));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().server_code, 50207);
}

}  // namespace
}  // namespace parley::token
