#include <parley/parley.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <parley/testing/manual_clock.hpp>
#include <random>
#include <utility>

#include "common/base/sha256.hpp"
#include "tests/support/cutting_pipe.hpp"
#include "tests/support/service_fixture.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley {
namespace {

namespace fs = std::filesystem;
using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::CuttingPipe;
using ::testing::HasSubstr;

constexpr const char* kContent = "/Content?";
constexpr const char* kUpload = "POST /v1/Services/IS00000000000000000000000000000003/Media?";

/// Bytes that follow from their place, so that a file put together wrongly is noticed, and none is in memory.
class Pattern final : public FileReader {
 public:
  explicit Pattern(std::uint64_t size, std::function<void(std::uint64_t)> on_read = {})
      : size_(size), on_read_(std::move(on_read)) {}

  std::size_t read(std::span<char> into) override {
    if (on_read_) on_read_(at_);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - at_));
    for (std::size_t i = 0; i < count; ++i) into[i] = byte_at(at_ + i);
    at_ += count;
    return count;
  }
  static char byte_at(std::uint64_t place) {
    return static_cast<char>((place * 0x9E3779B97F4A7C15ULL) >> 40U);
  }

 private:
  std::uint64_t size_;
  std::function<void(std::uint64_t)> on_read_;
  std::uint64_t at_ = 0;
};

NewFile pattern_file(std::uint64_t size, std::string name = "pattern.bin") {
  return NewFile::from_source(
      size, [size] { return std::make_unique<Pattern>(size); }, std::move(name));
}

std::string hash_of_pattern(std::uint64_t size) {
  Pattern pattern(size);
  Sha256 hash;
  std::string piece(64 * 1024, '\0');
  while (const auto count = pattern.read(piece)) hash.add(std::string_view(piece).substr(0, count));
  return hash.finish_hex();
}

std::string hash_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::string piece(64 * 1024, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    hash.add(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
  return hash.finish_hex();
}

/// The long form: `scripts/long.sh transfers`.
std::uint64_t large_bytes() {
  const char* megabytes = std::getenv("PARLEY_TRANSFER_MB");
  return (megabytes ? std::strtoull(megabytes, nullptr, 10) : 4) << 20U;
}

/// Is told of the progress, and finds fault with it if it goes back.
class Watcher {
 public:
  ProgressHandler handler() {
    return [this](const Progress& progress) { add(progress); };
  }
  Progress last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  bool went_back() const { return went_back_; }

 private:
  void add(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (progress.file == last_.file && progress.bytes < last_.bytes) went_back_ = true;
    if (progress.file < last_.file) went_back_ = true;
    last_ = progress;
  }
  mutable std::mutex mutex_;
  Progress last_;
  std::atomic<bool> went_back_ = false;
};

/// A client whose files go through a pipe that breaks; its messages do not.
class TransferTest : public testing::ServiceTest {
 protected:
  TransferTest() {
    std::signal(SIGXFSZ, SIG_IGN);
    piped_.start().value();
    pipe_.set_target(port_of(piped_));
    client_.emplace(runtime_, options());
    get(client_->async_connect(use_future)).value();
    channel_ = get(client_->async_create_group_channel({"files"}, use_future)).value();
  }

  ServiceOptions through_pipe() const {
    auto options = service_options();
    options.public_url = "http://" + pipe_.address();
    options.media.max_bytes = std::uint64_t{300} << 20U;
    return options;
  }
  static std::uint16_t port_of(const Service& service) {
    const auto url = service.url();
    const auto colon = url.find(':', 6);
    return static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
  }
  ClientOptions options() const {
    auto options = options_for("alice");
    options.endpoint = Endpoint::service(piped_.url());
    return options;
  }

  template <class T>
  static Result<T> get(std::future<Result<T>> future, seconds patience = seconds(120)) {
    if (future.wait_for(patience) != std::future_status::ready)
      return Error{.code = Errc::timed_out, .message = "the test lost patience"};
    return future.get();
  }

  std::string path(const std::string& name) const { return place_.directory() / name; }
  /// What is in the directory of the downloads.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(place_.directory()))
      all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }
  /// A cancelled transfer is cleared away by its thread.
  bool soon(const std::function<bool()>& holds) const {
    for (const auto end = std::chrono::steady_clock::now() + seconds(20); !holds();) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(milliseconds(2));
    }
    return true;
  }

  Result<Message> send(NewFile file, ProgressHandler on_progress = {}) {
    NewMessage message("file");
    message.files.push_back(std::move(file));
    message.on_progress = std::move(on_progress);
    return get(channel_.async_send_message(message, use_future));
  }
  /// The SID of a pattern of that size that everybody may read.
  std::string sent(std::uint64_t size) { return send(pattern_file(size)).value().media.at(0).sid; }
  Result<std::uint64_t> download(const std::string& sid, const std::string& name, ProgressHandler told = {}) {
    return get(channel_.async_download({sid, path(name), std::move(told)}, use_future));
  }
  std::size_t messages_stored() {
    return get(channel_.async_get_messages({}, use_future)).value().messages.size();
  }

  CuttingPipe pipe_;
  Service piped_{through_pipe()};
  testing::TemporaryFile place_;
  Runtime runtime_;
  std::optional<Client> client_;
  Channel channel_;
};

// What breaks goes on

TEST_F(TransferTest, ADownloadGoesOnWhereItBroke) {
  const std::uint64_t size = large_bytes();
  const auto sid = sent(size);
  std::mt19937_64 random(7);
  int cuts = 0;
  pipe_.set_plan([&](const std::string& head) -> CuttingPipe::Plan {
    if (head.find(kContent) == head.npos || cuts++ == 6) return {};
    return {.down = 1 + random() % (size / 4)};
  });
  Watcher watcher;
  const auto bytes = download(sid, "got", watcher.handler());
  ASSERT_TRUE(bytes) << bytes.error().to_string();
  EXPECT_EQ(*bytes, size);
  EXPECT_EQ(hash_of_file(path("got")), hash_of_pattern(size));
  EXPECT_EQ(names(), std::vector<std::string>{"got"});
  EXPECT_GE(pipe_.breaks(), 4);
  EXPECT_GE(pipe_.count("Range: bytes="), 3u);
  EXPECT_FALSE(watcher.went_back());
  EXPECT_EQ(watcher.last().bytes, size);
  EXPECT_EQ(watcher.last().total, size);
  EXPECT_EQ(pipe_.count("Media/ME"), pipe_.count(kContent) + 1) << "one link is good for all tries";
}

TEST_F(TransferTest, AnUploadIsRepeatedUntilItIsThere) {
  const std::uint64_t size = large_bytes();
  std::mt19937_64 random(11);
  int cuts = 0;
  pipe_.set_plan([&](const std::string& head) -> CuttingPipe::Plan {
    if (head.find(kUpload) == head.npos || cuts++ == 2) return {};
    return {.up = 1 + random() % size};
  });
  std::atomic<int> opened = 0;
  Watcher watcher;
  const auto message = send(NewFile::from_source(
                                size,
                                [&opened, size] {
                                  ++opened;
                                  return std::make_unique<Pattern>(size);
                                },
                                "pattern.bin"),
                            watcher.handler());
  ASSERT_TRUE(message) << message.error().to_string();
  EXPECT_EQ(opened, 3);
  EXPECT_FALSE(watcher.went_back());
  EXPECT_EQ(watcher.last().bytes, size);
  EXPECT_TRUE(watcher.last().state == TransferState::awaiting_confirmation);
  EXPECT_EQ(messages_stored(), 1u);
  ASSERT_TRUE(download(message->media.at(0).sid, "got"));
  EXPECT_EQ(hash_of_file(path("got")), hash_of_pattern(size));
}

TEST_F(TransferTest, ALostAnswerIsNoQuestion) {
  int uploads = 0;
  pipe_.set_plan([&](const std::string& head) -> CuttingPipe::Plan {
    if (head.find(kUpload) == head.npos || uploads++ > 0) return {};
    return {.down = 1};
  });
  const auto message = send(NewFile::from_bytes("bytes", "a.txt"));
  ASSERT_TRUE(message) << message.error().to_string();
  EXPECT_EQ(uploads, 2);
  EXPECT_EQ(messages_stored(), 1u);
}

TEST_F(TransferTest, ADownloadIsGivenUpWithoutProgress) {
  const auto sid = sent(1 << 20);
  auto impatient = options();
  impatient.tokens = fixed_token(token_for("alice"));
  impatient.timeouts.request = seconds(2);
  Client client(runtime_, impatient);
  get(client.async_connect(use_future)).value();
  const auto channel = get(client.async_channel(channel_.sid(), use_future)).value();
  bool first = true;
  pipe_.set_plan([&first](const std::string& head) -> CuttingPipe::Plan {
    if (head.find(kContent) == head.npos) return {};
    return {.down = std::exchange(first, false) ? 300'000u : 1u, .holds = true};
  });
  const auto outcome = get(channel.async_download({sid, path("got")}, use_future));
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().retryable()) << outcome.error().to_string();
  EXPECT_GE(pipe_.count(kContent), 2u) << "it was tried again";
  EXPECT_TRUE(names().empty());
}

// Transfers go by the machine's clock when a test moves the time.
TEST_F(TransferTest, ADownloadGoesOnThoughATestHoldsTheTime) {
  const std::uint64_t size = 1 << 20;
  const auto sid = sent(size);
  const testing::ManualClock nobody_moves_it;
  Runtime runtime;  // may still end the work of its client, by that clock
  auto held = options();
  held.seams.clock = &nobody_moves_it;
  Client client(runtime, held);
  get(client.async_connect(use_future)).value();
  const auto channel = get(client.async_channel(channel_.sid(), use_future)).value();
  bool first = true;
  pipe_.set_plan([&first](const std::string& head) -> CuttingPipe::Plan {
    if (head.find(kContent) == head.npos || !std::exchange(first, false)) return {};
    return {.down = 300'000};
  });
  const auto bytes = get(channel.async_download({sid, path("got")}, use_future));
  ASSERT_TRUE(bytes) << bytes.error().to_string();
  EXPECT_EQ(*bytes, size);
  EXPECT_EQ(hash_of_file(path("got")), hash_of_pattern(size));
  EXPECT_EQ(pipe_.breaks(), 1);
  EXPECT_EQ(pipe_.count(kContent), 2u);
}

// Files of others, and several at once

TEST_F(TransferTest, TouchesNoFileOfOthers) {
  const auto sid = sent(100'000);
  std::ofstream(path("movie.mkv.part")) << "foreign";
  ASSERT_TRUE(download(sid, "movie.mkv"));
  EXPECT_EQ(names(), (std::vector<std::string>{"movie.mkv", "movie.mkv.part"}));
  std::ifstream foreign(path("movie.mkv.part"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(foreign), {}), "foreign");
}

TEST_F(TransferTest, TwoDownloadsToOnePathDoNotDisturbEachOther) {
  const auto one = sent(3'000'000), two = sent(2'000'000);
  auto first = channel_.async_download({one, path("got")}, use_future);
  auto second = channel_.async_download({two, path("got")}, use_future);
  EXPECT_EQ(get(std::move(first)).value(), 3'000'000u);
  EXPECT_EQ(get(std::move(second)).value(), 2'000'000u);
  EXPECT_EQ(names(), std::vector<std::string>{"got"});
  const auto hash = hash_of_file(path("got"));
  EXPECT_TRUE(hash == hash_of_pattern(3'000'000) || hash == hash_of_pattern(2'000'000));
}

// Cancelled at any byte

TEST_F(TransferTest, NothingIsLeftOfADownloadThatIsCancelled) {
  const std::uint64_t size = 2'000'000;
  const auto sid = sent(size);
  for (const std::uint64_t at : {std::uint64_t{1}, std::uint64_t{700}, std::uint64_t{70'000}, size}) {
    const int before = pipe_.breaks();
    pipe_.set_plan([at](const std::string& head) -> CuttingPipe::Plan {
      if (head.find(kContent) == head.npos) return {};
      return {.down = at, .holds = true};
    });
    boost::asio::cancellation_signal stop;
    std::promise<Result<std::uint64_t>> outcome;
    channel_.async_download({sid, path("got")}, boost::asio::bind_cancellation_slot(
                                                    stop.slot(), [&](Result<std::uint64_t> result) {
                                                      outcome.set_value(result);
                                                    }));
    ASSERT_TRUE(soon([&] { return pipe_.breaks() > before; }));
    EXPECT_EQ(names().size(), 1u);
    EXPECT_FALSE(fs::exists(path("got")));
    stop.emit(boost::asio::cancellation_type::terminal);
    EXPECT_EQ(get(outcome.get_future()).error().code, Errc::cancelled);
    EXPECT_TRUE(soon([&] { return names().empty(); })) << at;
  }
}

TEST_F(TransferTest, NothingIsLeftOfAnUploadThatIsCancelled) {
  const std::uint64_t size = 2'000'000;
  for (const std::uint64_t at : {std::uint64_t{1}, std::uint64_t{700}, std::uint64_t{70'000}, size}) {
    const int before = pipe_.breaks();
    pipe_.set_plan([at](const std::string& head) -> CuttingPipe::Plan {
      if (head.find(kUpload) == head.npos) return {};
      return {.up = at, .holds = true};
    });
    boost::asio::cancellation_signal stop;
    std::promise<Result<Message>> outcome;
    NewMessage message("never seen");
    message.files.push_back(pattern_file(size));
    channel_.async_send_message(
        message, boost::asio::bind_cancellation_slot(
                     stop.slot(), [&](Result<Message> result) { outcome.set_value(std::move(result)); }));
    ASSERT_TRUE(soon([&] { return pipe_.breaks() > before; }));
    stop.emit(boost::asio::cancellation_type::terminal);
    EXPECT_EQ(get(outcome.get_future()).error().code, Errc::cancelled);
  }
  pipe_.set_plan({});
  ASSERT_TRUE(get(channel_.async_send_message({"afterwards"}, use_future)));
  EXPECT_EQ(messages_stored(), 1u);
}

TEST_F(TransferTest, NothingIsLeftWhenTheClientEnds) {
  const auto sid = sent(2'000'000);
  pipe_.set_plan([](const std::string& head) -> CuttingPipe::Plan {
    return {.up = head.find(kUpload) == head.npos ? CuttingPipe::kNever : 300'000,
            .down = head.find(kContent) == head.npos ? CuttingPipe::kNever : 300'000,
            .holds = true};
  });
  const auto alive = std::make_shared<int>(0);
  NewMessage message("never seen");
  message.files.push_back(NewFile::from_source(
      2'000'000, [alive] { return std::make_unique<Pattern>(2'000'000, [alive](std::uint64_t) {}); }, "a"));
  auto download = channel_.async_download({sid, path("got"), [alive](const Progress&) {}}, use_future);
  auto upload = channel_.async_send_message(std::move(message), use_future);
  message = {};
  ASSERT_TRUE(soon([&] { return pipe_.breaks() == 2; }));
  EXPECT_GT(alive.use_count(), 1);
  client_.reset();
  EXPECT_EQ(get(std::move(download)).error().code, Errc::client_closed);
  EXPECT_EQ(get(std::move(upload)).error().code, Errc::client_closed);
  EXPECT_TRUE(soon([&] { return names().empty() && alive.use_count() == 1; }));
}

// ~Client waits for what is being called, and for nothing that hangs behind it.
TEST_F(TransferTest, NoReaderIsCalledOnceTheClientIsGone) {
  std::atomic<bool> gone = false, called_afterwards = false;
  std::promise<void> first;
  std::atomic<int> calls = 0;
  NewMessage message("never seen");
  message.files.push_back(NewFile::from_source(
      1 << 20,
      [&] {
        return std::make_unique<Pattern>(1 << 20, [&](std::uint64_t) {
          if (gone) called_afterwards = true;
          if (calls++ == 0) first.set_value();
          std::this_thread::sleep_for(milliseconds(20));
        });
      },
      "a"));
  auto upload = channel_.async_send_message(message, use_future);
  ASSERT_EQ(first.get_future().wait_for(seconds(20)), std::future_status::ready);
  client_.reset();
  gone = true;
  EXPECT_EQ(get(std::move(upload)).error().code, Errc::client_closed);
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_FALSE(called_afterwards);
}

// The message that is being opened is all that is left, and owns the client.
TEST_F(TransferTest, TheClientMayEndWithTheLastThingThatATransferBorrows) {
  std::atomic<bool> gone = false;
  std::shared_ptr<Client> client(new Client(runtime_, options()), [&gone](Client* last) {
    delete last;
    gone = true;
  });
  get(client->async_connect(use_future)).value();
  const auto channel = get(client->async_channel(channel_.sid(), use_future)).value();
  const std::weak_ptr<Client> alive = client;
  std::promise<void> opening, cancelled;
  boost::asio::cancellation_signal stop;
  std::promise<Result<Message>> outcome;
  {
    NewMessage message("never seen");
    message.files.push_back(NewFile::from_source(
        1,
        [&opening, wait = cancelled.get_future().share(), client] {
          opening.set_value();
          wait.wait_for(seconds(60));
          return std::make_unique<Pattern>(1);
        },
        "a"));
    channel.async_send_message(std::move(message), boost::asio::bind_cancellation_slot(
                                                       stop.slot(), [&outcome](Result<Message> result) {
                                                         outcome.set_value(std::move(result));
                                                       }));
  }
  ASSERT_EQ(opening.get_future().wait_for(seconds(20)), std::future_status::ready);
  client.reset();
  stop.emit(boost::asio::cancellation_type::terminal);
  EXPECT_EQ(get(outcome.get_future()).error().code, Errc::cancelled);
  EXPECT_TRUE(get(channel.async_get_messages({}, use_future))) << "behind the cancellation";
  EXPECT_EQ(alive.use_count(), 1);
  cancelled.set_value();
  EXPECT_TRUE(soon([&] { return gone.load(); }));
}

// Places that cannot be written

TEST_F(TransferTest, NamesThePlaceThatCannotBeWritten) {
  const auto sid = sent(1000);
  fs::create_directory(path("directory"));
  fs::create_directory_symlink(path("directory"), path("link"));
  for (const char* name : {"directory", "link"}) {
    const auto outcome = download(sid, name);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::storage_error);
    EXPECT_THAT(outcome.error().message, HasSubstr(path(name)));
  }
  const auto elsewhere = get(channel_.async_download({sid, "/proc/file"}, use_future));
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, Errc::storage_error);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("/proc: no file can be made in this directory"));
  EXPECT_EQ(pipe_.count(kContent), 0u) << "it is noticed before anything is fetched";
  EXPECT_EQ(names(), (std::vector<std::string>{"directory", "link"}));
}

TEST_F(TransferTest, ADiskThatIsFullEndsADownloadAndNothingIsLeft) {
  const auto sid = sent(3'000'000);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 1'000'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto outcome = download(sid, "got");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::storage_error);
  EXPECT_THAT(outcome.error().message, HasSubstr(path("got")));
  EXPECT_TRUE(names().empty());
  ASSERT_TRUE(download(sid, "got"));
}

// What is not sent

TEST_F(TransferTest, RefusesBeforeAnythingIsSent) {
  const auto refused = [&](NewFile file) {
    const auto outcome = send(std::move(file));
    return outcome ? Error{.message = "it was sent"} : outcome.error();
  };
  const auto nothing = refused({});
  EXPECT_EQ(nothing.code, Errc::invalid_argument);
  EXPECT_THAT(nothing.message, HasSubstr("files[0]"));
  const auto directory = refused(NewFile::from_path(place_.directory()));
  EXPECT_EQ(directory.code, Errc::invalid_argument);
  EXPECT_THAT(directory.message, HasSubstr("files[0].path"));
  const auto large = refused(pattern_file((std::uint64_t{300} << 20U) + 1));
  EXPECT_EQ(large.code, Errc::limit_exceeded);
  EXPECT_THAT(large.message, HasSubstr("files[0]: expected at most 314572800 bytes, got 314572801"));
  EXPECT_EQ(pipe_.count(kUpload), 0u);
}

TEST_F(TransferTest, NamesAReaderThatDoesNotGiveWhatWasAnnounced) {
  const auto short_one = send(NewFile::from_source(
      200'000, [] { return std::make_unique<Pattern>(150'000); }, "a"));
  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().code, Errc::invalid_argument);
  EXPECT_EQ(short_one.error().message, "files[0].open: it ended after 150000 of 200000 bytes");
  const auto throwing = send(NewFile::from_source(
      200'000,
      [] {
        return std::make_unique<Pattern>(200'000, [](std::uint64_t at) {
          if (at > 100'000) throw std::runtime_error("a secret");
        });
      },
      "a"));
  ASSERT_FALSE(throwing);
  EXPECT_EQ(throwing.error().message, "files[0].open: the reader threw an exception");
  const auto surplus = send(NewFile::from_source(
      0, [] { return std::make_unique<Pattern>(1); }, "a"));
  ASSERT_FALSE(surplus);
  EXPECT_EQ(surplus.error().message, "files[0].open: there are more than the announced 0 bytes");
  EXPECT_EQ(messages_stored(), 0u);
}

// Links

TEST_F(TransferTest, ALinkIsAskedForOnceAndManyTogether) {
  const auto sid = sent(1000);
  const auto url = get(channel_.async_media_url(sid, use_future)).value();
  EXPECT_EQ(get(channel_.async_media_url(sid, use_future)).value(), url);
  ASSERT_TRUE(download(sid, "got"));
  EXPECT_EQ(pipe_.count("Media/" + sid + " "), 1u);

  NewMessage message("many");
  for (int i = 0; i < 10; ++i) message.files.push_back(NewFile::from_bytes(std::to_string(i), "a"));
  const auto many = get(channel_.async_send_message(message, use_future)).value();
  std::vector<std::future<Result<std::string>>> links;
  for (const Medium& medium : many.media) links.push_back(channel_.async_media_url(medium.sid, use_future));
  const std::string unknown = "ME0123456789abcdef0123456789abcdef";
  auto missing = channel_.async_media_url(unknown, use_future);
  for (std::size_t i = 0; i < links.size(); ++i)
    EXPECT_THAT(get(std::move(links[i])).value(), HasSubstr(many.media[i].sid));
  EXPECT_EQ(get(std::move(missing)).error().code, Errc::not_found);
  EXPECT_LT(pipe_.count("Media/ME") + pipe_.count("MediaSet"), links.size()) << "of these 2 are from before";
  EXPECT_GE(pipe_.count("MediaSet"), 1u);
}

}  // namespace
}  // namespace parley
