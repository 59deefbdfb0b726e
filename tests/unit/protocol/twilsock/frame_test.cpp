#include "common/protocol/twilsock/frame.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"

namespace parley::twilsock {
namespace {

TEST(Frame, SplitsByTheDeclaredSize) {
  const auto frame = split_frame("TWILSOCK V3.0 2\r\n{}\r\nabc").value();
  EXPECT_EQ(frame.header, "{}");
  EXPECT_EQ(frame.rest, "abc");
}

TEST(Frame, AcceptsTheSpaceOfOlderClients) {
  EXPECT_EQ(split_frame("TWILSOCK V3.0 2 \r\n{}\r\n").value().header, "{}");
}

TEST(Frame, CountsBytesNotCharacters) {
  EXPECT_EQ(split_frame("TWILSOCK V3.0 4\r\n\"\xc3\xa9\"\r\n").value().header, "\"\xc3\xa9\"");
}

struct Bad {
  const char* bytes;
  const char* message;
};

TEST(Frame, NamesWhereItIsMalformed) {
  for (const Bad& bad :
       {Bad{"", "packet: no \"TWILSOCK V3.0 \" at byte 0"},
        Bad{"TWILSOCK V2.0 2\r\n{}\r\n", "packet: no \"TWILSOCK V3.0 \" at byte 0"},
        Bad{"TWILSOCK V3.0 \r\n{}\r\n", "packet: no header size at byte 14"},
        Bad{"TWILSOCK V3.0 -2\r\n{}\r\n", "packet: no header size at byte 14"},
        Bad{"TWILSOCK V3.0 2x\r\n{}\r\n", "packet: no line end after the header size at byte 15"},
        Bad{"TWILSOCK V3.0 2\n{}\r\n", "packet: no line end after the header size at byte 15"},
        Bad{"TWILSOCK V3.0 9\r\n{}\r\n", "packet: header beyond the end at byte 21"},
        Bad{"TWILSOCK V3.0 1\r\n{}\r\n", "packet: no line end after the header at byte 18"},
        Bad{"TWILSOCK V3.0 2\r\n{}", "packet: no line end after the header at byte 19"}}) {
    const auto frame = split_frame(bad.bytes);
    ASSERT_FALSE(frame) << bad.bytes;
    EXPECT_EQ(frame.error().message, bad.message);
    EXPECT_EQ(frame.error().code, Errc::protocol_error);
  }
}

TEST(Frame, HeaderSizesThatOverflowAreRefused) {
  for (const char* size : {"99999999999999999999999", "18446744073709551615", "65537"}) {
    const auto frame = split_frame("TWILSOCK V3.0 " + std::string(size) + "\r\n{}\r\n");
    EXPECT_FALSE(frame) << size;
  }
}

TEST(Frame, AMessageAtTheLimitPassesAndOneByteMoreDoesNot) {
  std::string bytes = "TWILSOCK V3.0 2\r\n{}\r\n";
  bytes.resize(limits::kPacketBytes, 'x');
  EXPECT_TRUE(split_frame(bytes));
  bytes += 'x';
  EXPECT_EQ(split_frame(bytes).error().code, Errc::limit_exceeded);
}

TEST(Frame, AHeaderAtTheLimitPassesAndOneByteMoreDoesNot) {
  for (const std::size_t extra : {0u, 1u}) {
    const std::string header(limits::kPacketHeaderBytes + extra, ' ');
    EXPECT_EQ(split_frame(join_frame(header, "", false)).has_value(), extra == 0);
  }
}

TEST(Frame, AStrangersHeaderIsSmaller) {
  for (const std::size_t extra : {0u, 1u}) {
    const std::string header(limits::kInitHeaderBytes + extra, ' ');
    const auto bytes = join_frame(header, "", false);
    EXPECT_EQ(split_frame(bytes, kInitLimits).has_value(), extra == 0);
    EXPECT_TRUE(split_frame(bytes));
  }
}

TEST(Payload, MayBeFollowedByOneLineEndOnly) {
  EXPECT_EQ(take_payload("abc", 3).value(), "abc");
  EXPECT_EQ(take_payload("abc\r\n", 3).value(), "abc");
  EXPECT_EQ(take_payload("\r\n", 0).value(), "");
  for (const char* bad : {"ab", "abcd", "abc\r", "abc\r\n\r\n"}) EXPECT_FALSE(take_payload(bad, 3)) << bad;
}

}  // namespace
}  // namespace parley::twilsock
