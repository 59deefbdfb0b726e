#include <parley/parley.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>
#include <future>

#include "tests/support/service_fixture.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using ::testing::HasSubstr;

class MediaTest : public testing::ServiceTest {
 protected:
  MediaTest() {
    get(alice_.async_connect(use_future)).value();
    get(bob_.async_connect(use_future)).value();
    channel_ = get(alice_.async_create_group_channel({"files"}, use_future)).value();
    bobs_ = get(bob_.async_join_channel("files", use_future)).value();
  }

  template <class T>
  static Result<T> get(std::future<Result<T>> future) {
    if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
      return Error{.code = Errc::timed_out, .message = "the test lost patience"};
    return future.get();
  }

  std::string path(const std::string& name) const { return place_.directory() / name; }
  std::string write_file(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  static std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
    return bytes;
  }

  testing::TemporaryFile place_;
  Runtime runtime_;
  Client alice_{runtime_, options_for("alice")};
  Client bob_{runtime_, options_for("bob")};
  Channel channel_;
  Channel bobs_;
};

TEST_F(MediaTest, SendsFilesThatOthersDownload) {
  const std::string bytes = pattern(3 << 20);
  NewMessage message("look");
  message.files.push_back(NewFile::from_path(write_file("gr\xC3\xBCn +%.bin", bytes), "image/png"));
  message.files.push_back(NewFile::from_bytes("hello", "b.txt", "text/plain"));
  message.files.push_back(NewFile::from_bytes("", "empty"));
  const auto sent = get(channel_.async_send_message(message, use_future));
  ASSERT_TRUE(sent) << sent.error().to_string();
  ASSERT_EQ(sent->media.size(), 3u);
  EXPECT_EQ(sent->media[0].filename, "gr\xC3\xBCn +%.bin");
  EXPECT_EQ(sent->media[0].content_type, "image/png");
  EXPECT_EQ(sent->media[0].size, 3 << 20);
  EXPECT_EQ(sent->media[1].filename, "b.txt");
  EXPECT_EQ(sent->media[2].size, 0);
  EXPECT_EQ(sent->media[2].content_type, "application/octet-stream");

  const auto page = get(bobs_.async_get_messages({}, use_future)).value();
  ASSERT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.messages[0].text, "look");
  ASSERT_EQ(page.messages[0].media.size(), 3u);
  EXPECT_EQ(page.messages[0].media[1].content_type, "text/plain");
  for (const Medium& medium : page.messages[0].media) {
    const auto stored = get(bobs_.async_download({medium.sid, path("got")}, use_future));
    ASSERT_TRUE(stored) << stored.error().to_string();
    EXPECT_EQ(*stored, static_cast<std::uint64_t>(medium.size));
    const std::string got = read_file(path("got"));
    EXPECT_TRUE(medium.size == 0 ? got.empty() : medium.size == 5 ? got == "hello" : got == bytes);
  }
}

TEST_F(MediaTest, SendsFilesWithoutText) {
  NewMessage message;
  message.files.push_back(NewFile::from_bytes("x", ""));
  const auto sent = get(channel_.async_send_message(message, use_future));
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(sent->text, "");
  EXPECT_EQ(sent->media.size(), 1u);
}

TEST_F(MediaTest, TellsHowFarItIs) {
  std::vector<Progress> up, down;
  const std::string bytes = pattern(1 << 20);
  NewMessage message;
  message.on_progress = [&](const Progress& progress) { up.push_back(progress); };
  message.files = {NewFile::from_bytes(bytes, ""), NewFile::from_bytes("tail", "")};
  const auto sent = get(channel_.async_send_message(message, use_future)).value();
  ASSERT_GE(up.size(), 2u);  // More, unless this thread is slow: it hears of the newest state only.
  EXPECT_EQ(up.back().file, 1u);
  EXPECT_EQ(up.back().bytes, 4u);
  EXPECT_EQ(up.back().total, 4u);
  EXPECT_EQ(up[up.size() - 2].file, 0u);
  EXPECT_EQ(up[up.size() - 2].bytes, bytes.size());
  EXPECT_TRUE(up[up.size() - 2].state == TransferState::awaiting_confirmation);
  for (std::size_t i = 1; i + 1 < up.size(); ++i) {
    EXPECT_EQ(up[i].total, bytes.size());
    EXPECT_GT(up[i].bytes, up[i - 1].bytes);
  }
  const Download wish{sent.media[0].sid, path("got"),
                      [&](const Progress& progress) { down.push_back(progress); }};
  ASSERT_TRUE(get(channel_.async_download(wish, use_future)));
  EXPECT_EQ(down.back().bytes, bytes.size());
  EXPECT_EQ(down.back().total, bytes.size());
}

TEST_F(MediaTest, GivesALinkThatNeedsNoToken) {
  NewMessage message("link");
  message.files.push_back(NewFile::from_bytes("linked", ""));
  const auto sent = get(channel_.async_send_message(message, use_future)).value();
  const auto url = get(channel_.async_media_url(sent.media[0].sid, use_future));
  ASSERT_TRUE(url) << url.error().to_string();
  EXPECT_THAT(*url, HasSubstr("Signature="));
}

TEST_F(MediaTest, StopsWhenItIsCancelled) {
  boost::asio::cancellation_signal stop;
  std::promise<Result<Message>> outcome;
  std::atomic<int> told_after = 0;
  std::atomic<bool> ended = false;
  NewMessage message("never seen");
  message.files.push_back(NewFile::from_bytes(pattern(20 << 20), ""));
  message.on_progress = [&](const Progress&) {
    if (ended) ++told_after;
    stop.emit(boost::asio::cancellation_type::terminal);
  };
  channel_.async_send_message(message,
                              boost::asio::bind_cancellation_slot(stop.slot(), [&](Result<Message> result) {
                                ended = true;
                                outcome.set_value(std::move(result));
                              }));
  const auto result = get(outcome.get_future());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::cancelled);
  ASSERT_TRUE(get(channel_.async_send_message({"afterwards"}, use_future)));
  const auto page = get(bobs_.async_get_messages({}, use_future)).value();
  ASSERT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.messages[0].text, "afterwards");
  EXPECT_EQ(told_after, 0);
}

TEST_F(MediaTest, EndsWithTheClient) {
  NewMessage message("never seen");
  message.files.push_back(NewFile::from_bytes(pattern(20 << 20), ""));
  auto sending = channel_.async_send_message(message, use_future);
  ASSERT_TRUE(get(alice_.async_close(use_future)));
  const auto result = get(std::move(sending));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::client_closed);
  EXPECT_EQ(get(channel_.async_media_url("ME1", use_future)).error().code, Errc::client_closed);
}

TEST_F(MediaTest, NamesWhatCannotBeSent) {
  NewMessage missing;
  missing.files = {NewFile::from_bytes("x", ""), NewFile::from_path(path("missing"))};
  const auto no_file = get(channel_.async_send_message(missing, use_future));
  ASSERT_FALSE(no_file);
  EXPECT_EQ(no_file.error().code, Errc::invalid_argument);
  EXPECT_THAT(no_file.error().message, HasSubstr("files[1].path"));
  NewMessage many;
  many.files.resize(11);
  EXPECT_THAT(get(channel_.async_send_message(many, use_future)).error().message, HasSubstr("files"));
  NewMessage strange;
  strange.files.push_back(NewFile::from_bytes("x", "", "nonsense"));
  EXPECT_EQ(get(channel_.async_send_message(strange, use_future)).error().code, Errc::invalid_argument);
}

TEST_F(MediaTest, LeavesNothingOfADownloadThatFails) {
  NewMessage message("x");
  message.files.push_back(NewFile::from_bytes("bytes", ""));
  const auto sent = get(channel_.async_send_message(message, use_future)).value();
  const std::string sid = sent.media[0].sid;
  const auto no_place = get(channel_.async_download({sid, path("no/such/place")}, use_future));
  EXPECT_EQ(no_place.error().code, Errc::storage_error);
  EXPECT_THAT(no_place.error().message, HasSubstr("no/such/place"));
  const auto unknown =
      get(channel_.async_download({"ME0123456789abcdef0123456789abcdef", path("got")}, use_future));
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  Client eve(runtime_, options_for("eve"));
  get(eve.async_connect(use_future)).value();
  const auto own = get(eve.async_create_group_channel({"other"}, use_future)).value();
  EXPECT_EQ(get(own.async_download({sid, path("got")}, use_future)).error().code, Errc::forbidden);
  EXPECT_FALSE(std::filesystem::exists(path("got")));
  EXPECT_TRUE(std::filesystem::is_empty(place_.directory()));
}

}  // namespace
}  // namespace parley
