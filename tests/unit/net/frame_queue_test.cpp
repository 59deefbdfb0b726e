#include "common/net/src/frame_queue.hpp"

#include <gtest/gtest.h>

#include <set>

namespace parley::net::test {
namespace {

std::shared_ptr<const std::string> text(std::string value) {
  return std::make_shared<const std::string>(std::move(value));
}

/// All that is queued, taken in pieces of `size` bytes.
std::string take(FrameQueue& queue, std::size_t size) {
  std::string taken;
  std::string piece(size, '\0');
  while (const auto filled = queue.fill(piece)) taken += piece.substr(0, filled);
  return taken;
}

TEST(FrameQueue, GathersFramesWithTheirHeaders) {
  for (const std::size_t size : {14u, 15u, 64u, 100'000u}) {
    FrameQueue queue(Side::server);
    queue.push(text("one"));
    queue.push(text(""));
    queue.push(text(std::string(70'000, 'x')));
    queue.push(text("z"), kPongFrame);
    EXPECT_EQ(take(queue, size), std::string("\x82\x03one\x82\x00", 7) +
                                     std::string("\x82\x7f\0\0\0\0\0\x01\x11\x70", 10) +
                                     std::string(70'000, 'x') + "\x8a\x01z")
        << size;
    EXPECT_EQ(queue.bytes(), 0u);
    EXPECT_TRUE(queue.is_between_frames());
  }
}

TEST(FrameQueue, CountsThePayloadThatWaits) {
  FrameQueue queue(Side::server);
  queue.push(text(std::string(100, 'a')));
  queue.push(text(std::string(50, 'b')));
  EXPECT_EQ(queue.bytes(), 150u);
  std::string piece(32, '\0');
  EXPECT_EQ(queue.fill(piece), 32u);
  EXPECT_EQ(queue.bytes(), 120u);  // a header of two bytes and 30 of payload have left
  EXPECT_FALSE(queue.is_between_frames());
  queue.clear();
  EXPECT_EQ(queue.bytes(), 0u);
  EXPECT_EQ(queue.fill(piece), 0u);
}

TEST(FrameQueue, ReleasesWhatHasLeft) {
  FrameQueue queue(Side::server);
  auto shared = text("shared");
  queue.push(shared);
  queue.push(text("next"));
  std::string piece(shared->size() + 2 + 14, '\0');
  queue.fill(piece);
  EXPECT_EQ(shared.use_count(), 1);
}

/// What a server reads of `bytes`, as text.
std::string read_masked(std::string bytes) {
  FrameReader reader(Side::server, {100'000, 100'000});
  std::string seen;
  std::span<char> rest(bytes);
  while (!rest.empty()) {
    const auto event = reader.next(rest);
    if (event.what == FrameReader::What::nothing || event.what == FrameReader::What::failure)
      return seen + "?";
    seen += event.what == FrameReader::What::message ? "message:" : "pong:";
    seen.append(event.bytes).append(" ");
    rest = rest.subspan(event.taken);
  }
  return seen;
}

TEST(FrameQueue, KeepsItsOrderWhileItNeverRunsEmpty) {
  FrameQueue queue(Side::server);
  std::string piece(100, '\0'), taken, wanted;
  for (int i = 0; i < 1000; ++i) {
    const std::string one = std::to_string(10'000 + i);
    queue.push(text(one));
    if (i >= 100) taken += piece.substr(0, queue.fill(std::span(piece).first(14)));
    wanted += "\x82\x05" + one;
  }
  EXPECT_EQ(taken + take(queue, 100), wanted);
}

TEST(FrameQueue, MasksTheFramesOfAClient) {
  for (const std::size_t size : {14u, 15u, 17u, 64u, 100'000u}) {
    FrameQueue queue(Side::client);
    const std::string long_text(70'000, 'x');
    queue.push(text("one"));
    queue.push(text(""));
    queue.push(text(long_text));
    queue.push(text("z"), kPongFrame);
    EXPECT_TRUE(read_masked(take(queue, size)) == "message:one message: message:" + long_text + " pong:z ")
        << size;
    EXPECT_EQ(queue.bytes(), 0u);
  }
}

TEST(FrameQueue, MasksEachFrameWithAnotherKey) {
  FrameQueue queue(Side::client);
  for (int i = 0; i < 200; ++i) queue.push(text(""));
  const std::string bytes = take(queue, 100'000);
  std::set<std::string> keys;
  for (std::size_t at = 0; at < bytes.size(); at += 6) keys.insert(bytes.substr(at + 2, 4));
  EXPECT_EQ(keys.size(), 200u) << "one in ten million runs may draw a key twice";
}

}  // namespace
}  // namespace parley::net::test
