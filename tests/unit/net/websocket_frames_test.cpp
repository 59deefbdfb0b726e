#include "common/net/src/websocket_frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::net::test {
namespace {

using What = FrameReader::What;

/// A client's frame, masked.
std::string frame(std::uint8_t first_byte, std::string payload, std::string mask = "\x11\x22\x33\x44") {
  const auto header = make_frame_header(first_byte, payload.size());
  std::string bytes(header.bytes.data(), header.size);
  bytes[1] = static_cast<char>(bytes[1] | '\x80');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return bytes + mask + payload;
}

struct Seen {
  std::vector<std::string> events;
  std::string rest;
};

std::string describe(const FrameReader::Event& event) {
  const auto with = [&](const char* name) { return name + std::string(":") + std::string(event.bytes); };
  switch (event.what) {
    case What::message:
      return with("message");
    case What::ping:
      return with("ping");
    case What::pong:
      return with("pong");
    case What::close:
      return "close:" + std::to_string(event.code) + ":" + std::string(event.bytes);
    case What::failure:
      return "failure:" + std::to_string(event.code);
    default:
      return "nothing";
  }
}

/// Reads what arrives `step` bytes at a time, as a stream does: what was not taken comes again.
Seen read(const std::string& input, std::size_t step, std::size_t limit = 1000, Side side = Side::server) {
  FrameReader reader(side, {limit, limit});
  Seen seen;
  for (std::size_t at = 0; at < input.size(); at += step) {
    seen.rest += input.substr(at, step);
    while (true) {
      const auto event = reader.next(seen.rest);
      const auto text = describe(event);
      seen.rest.erase(0, event.taken);
      if (event.what == What::nothing) break;
      seen.events.push_back(text);
      if (event.what == What::failure) return seen;
    }
  }
  return seen;
}

struct Case {
  const char* name;
  std::string input;
  std::vector<std::string> events;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class FrameReaderTest : public testing::TestWithParam<Case> {};

TEST_P(FrameReaderTest, GivesTheSameEventsHoweverTheBytesArrive) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, GetParam().input.size()})
    EXPECT_EQ(read(GetParam().input, step).events, GetParam().events) << "in steps of " << step;
}

const std::string kLong(126, 'l');
const std::string kNothing = frame(0x82, "");
std::string close_with(std::uint16_t code, const std::string& reason = "") {
  return frame(0x88, make_close_payload(code) + reason);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, FrameReaderTest,
    testing::Values(
        Case{"one message", frame(0x82, "hello"), {"message:hello"}},
        Case{"an empty message", kNothing, {"message:"}},
        Case{"several", frame(0x82, "a") + frame(0x82, "b"), {"message:a", "message:b"}},
        Case{"16 bits of length", frame(0x82, kLong), {"message:" + kLong}},
        Case{"fragments", frame(0x02, "he") + frame(0x00, "ll") + frame(0x80, "o"), {"message:hello"}},
        Case{"empty fragments", frame(0x02, "") + frame(0x00, "") + frame(0x80, ""), {"message:"}},
        Case{"control frames between fragments",
             frame(0x02, "he") + frame(0x89, "p") + frame(0x80, "llo") + frame(0x82, "next"),
             {"ping:p", "message:hello", "message:next"}},
        Case{"a close between fragments", frame(0x02, "he") + close_with(1001), {"close:1001:"}},
        Case{"ping and pong", frame(0x89, "") + frame(0x8a, "x"), {"ping:", "pong:x"}},
        Case{"the longest ping", frame(0x89, std::string(125, 'p')), {"ping:" + std::string(125, 'p')}},
        Case{"close without a code", frame(0x88, ""), {"close:1005:"}},
        Case{"close with a reason", close_with(1000, "bye \xc3\xa4"), {"close:1000:bye \xc3\xa4"}},
        Case{"close of an application", close_with(4999), {"close:4999:"}},
        // What a server must refuse:
        Case{"text", frame(0x81, "hi"), {"failure:1003"}},
        Case{"a fragment of text", frame(0x01, "hi"), {"failure:1003"}},
        Case{"no mask", std::string("\x82\x02hi"), {"failure:1002"}},
        Case{"no mask on a ping", std::string("\x89\x00", 2), {"failure:1002"}},
        Case{"first reserved bit (deflate)", frame(0xc2, "x"), {"failure:1002"}},
        Case{"second reserved bit", frame(0xa2, "x"), {"failure:1002"}},
        Case{"third reserved bit", frame(0x92, "x"), {"failure:1002"}},
        Case{"unknown data frame", frame(0x83, "x"), {"failure:1002"}},
        Case{"unknown data frame 7", frame(0x87, "x"), {"failure:1002"}},
        Case{"unknown control frame", frame(0x8b, "x"), {"failure:1002"}},
        Case{"unknown control frame 15", frame(0x8f, "x"), {"failure:1002"}},
        Case{"a long ping", frame(0x89, kLong), {"failure:1002"}},
        Case{"a ping in pieces", frame(0x09, "x"), {"failure:1002"}},
        Case{"a close in pieces", frame(0x08, ""), {"failure:1002"}},
        Case{"continuation of nothing", frame(0x80, "x"), {"failure:1002"}},
        Case{"a message within a message", frame(0x02, "x") + frame(0x82, "y"), {"failure:1002"}},
        Case{
            "16 bits for a short length", std::string("\x82\xfe\x00\x05", 4) + "mask12345", {"failure:1002"}},
        Case{"64 bits for a short length", std::string("\x82\xff\0\0\0\0\0\0\xff\xff", 10), {"failure:1002"}},
        Case{"a negative length", std::string("\x82\xff\x80\0\0\0\0\x01\0\0", 10), {"failure:1002"}},
        Case{"close with half a code", frame(0x88, "\x03"), {"failure:1002"}},
        Case{"close reason that is not UTF-8", close_with(1000, "\xff"), {"failure:1007"}}));

TEST(FrameReader, RefusesClosingCodesThatNobodyMaySend) {
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    const auto payload = std::string{static_cast<char>(code >> 8), static_cast<char>(code)};
    EXPECT_EQ(read(frame(0x88, payload), 100).events, std::vector<std::string>{"failure:1002"}) << code;
  }
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999})
    EXPECT_EQ(read(close_with(static_cast<std::uint16_t>(code)), 100).events,
              std::vector<std::string>{"close:" + std::to_string(code) + ":"});
}

TEST(FrameReader, TakesMessagesUpToTheLimitOnly) {
  const std::string most(1000, 'x');
  EXPECT_EQ(read(frame(0x82, most), 10).events, std::vector<std::string>{"message:" + most});
  EXPECT_EQ(read(frame(0x02, most) + frame(0x80, ""), 10).events,
            std::vector<std::string>{"message:" + most});
  EXPECT_EQ(read(frame(0x82, most + "x"), 10).events, std::vector<std::string>{"failure:1009"});
  EXPECT_EQ(read(frame(0x02, most) + frame(0x80, "x"), 10).events, std::vector<std::string>{"failure:1009"});
}

TEST(FrameReader, RefusesATooLongFrameBeforeItsPayloadComes) {
  const std::string header("\x82\xff\0\0\0\0\0\x01\0\0", 10);  // 65,536 bytes, without the mask even
  EXPECT_EQ(read(header, 1).events, std::vector<std::string>{"failure:1009"});
  const std::string huge("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10);
  EXPECT_EQ(read(huge, 1).events, std::vector<std::string>{"failure:1009"});
}

TEST(FrameReader, TheFirstMessageHasALimitOfItsOwn) {
  const auto read_both = [](std::size_t first, std::size_t later) {
    FrameReader reader(Side::server, {5, 9});
    std::string input = frame(0x02, std::string(first - 1, 'x')) + frame(0x80, "x") +
                        frame(0x02, std::string(later - 1, 'x')) + frame(0x80, "x");
    std::vector<What> seen;
    while (seen.empty() || (seen.back() == What::message && !input.empty())) {
      const auto event = reader.next(input);
      seen.push_back(event.what);
      input.erase(0, event.taken);
    }
    return seen;
  };
  EXPECT_EQ(read_both(5, 9), (std::vector{What::message, What::message}));
  EXPECT_EQ(read_both(5, 10), (std::vector{What::message, What::failure}));
  EXPECT_EQ(read_both(6, 9), std::vector{What::failure});
}

TEST(FrameReader, KeepsNothingOfAFrameThatIsNotWhole) {
  const auto whole = frame(0x82, "hello");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto seen = read(whole.substr(0, size), 100);
    EXPECT_TRUE(seen.events.empty());
    EXPECT_EQ(seen.rest.size(), size);
  }
}

TEST(FrameReader, UnmasksEveryLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) payload += static_cast<char>('a' + i % 26);
    EXPECT_EQ(read(frame(0x82, payload, "\xde\xad\xbe\xef"), 100).events,
              std::vector<std::string>{"message:" + payload});
  }
}

TEST(FrameReader, OfAClientTakesFramesWithoutAMaskOnly) {
  const std::string hello("\x82\x05hello\x89\x01p", 10);
  for (const std::size_t step : {1u, 3u, 100u})
    EXPECT_EQ(read(hello, step, 1000, Side::client).events,
              (std::vector<std::string>{"message:hello", "ping:p"}));
  for (const auto& masked : {frame(0x82, "hello"), frame(0x89, ""), frame(0x88, "")})
    EXPECT_EQ(read(masked, 1, 1000, Side::client).events, std::vector<std::string>{"failure:1002"});
}

TEST(ApplyMask, GoesOnWhereTheLastPieceEnded) {
  const MaskKey key{'\x11', '\x22', '\x33', '\x44'};
  std::string whole(40, '\0'), pieces = whole;
  apply_mask(whole, key);
  for (std::size_t at = 0; at < pieces.size(); at += 7)
    apply_mask(std::span(pieces).subspan(at, std::min<std::size_t>(7, pieces.size() - at)), key, at);
  EXPECT_EQ(pieces, whole);
  EXPECT_EQ(whole.substr(0, 5), "\x11\x22\x33\x44\x11");
}

TEST(FrameHeader, IsAsShortAsPossible) {
  const auto text = [](std::size_t size) {
    const auto header = make_frame_header(kBinaryFrame, size);
    return std::string(header.bytes.data(), header.size);
  };
  EXPECT_EQ(text(0), std::string("\x82\x00", 2));
  EXPECT_EQ(text(125), "\x82\x7d");
  EXPECT_EQ(text(126), std::string("\x82\x7e\x00\x7e", 4));
  EXPECT_EQ(text(65535), "\x82\x7e\xff\xff");
  EXPECT_EQ(text(65536), std::string("\x82\x7f\0\0\0\0\0\x01\0\0", 10));
}

}  // namespace
}  // namespace parley::net::test
