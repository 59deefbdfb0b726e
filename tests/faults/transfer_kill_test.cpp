#include <atomic>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <future>

#include <parley/parley.hpp>

#include "tests/faults/fault_test.hpp"
#include "tests/support/cutting_pipe.hpp"

namespace parley::faults {
namespace {

using boost::asio::use_future;
using std::chrono::seconds;

constexpr std::size_t kBytes = 3'000'000;
constexpr std::size_t kKilledAt = 1'000'000;

std::string pattern() {
  std::string bytes(kBytes, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

/// Does something once, in the middle of the file.
class Interrupted final : public FileReader {
 public:
  explicit Interrupted(std::function<void()> interrupt) : interrupt_(std::move(interrupt)) {}
  std::size_t read(std::span<char> into) override {
    if (at_ > kKilledAt && interrupt_) std::exchange(interrupt_, nullptr)();
    const auto count = bytes_.copy(into.data(), into.size(), at_);
    at_ += count;
    return count;
  }

 private:
  const std::string bytes_ = pattern();
  std::function<void()> interrupt_;
  std::size_t at_ = 0;
};

/// Files on their way while the service's process dies and is started again.
class TransferKill : public FaultTest {
 protected:
  TransferKill() {
    config_["chat_service"]["public_url"] = "http://" + pipe_.address();
    start();
    pipe_.set_target(url().port);
    ClientOptions options;
    options.endpoint = Endpoint::service(address());
    options.tokens = fixed_token(token_of("alice"));
    client_.emplace(runtime_, options);
    get(client_->async_connect(use_future)).value();
    channel_ = get(client_->async_create_group_channel({"files"}, use_future)).value();
  }

  template <class T>
  static Result<T> get(std::future<Result<T>> future) {
    if (future.wait_for(seconds(60)) != std::future_status::ready)
      return Error{.code = Errc::timed_out, .message = "the test lost patience"};
    return future.get();
  }
  std::string path(const std::string& name) const { return folder() + "/" + name; }
  std::string text_of(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void restart() {
    kill_service();
    start();
    pipe_.set_target(url().port);
  }
  Result<Message> send(NewFile file) {
    NewMessage message("file");
    message.files.push_back(std::move(file));
    return get(channel_.async_send_message(std::move(message), use_future));
  }

  support::CuttingPipe pipe_;
  Runtime runtime_;
  std::optional<Client> client_;
  Channel channel_;
};

TEST_F(TransferKill, AnUploadIsSentAgainAndItsMessageIsThereOnce) {
  int opened = 0;
  const auto sent = send(NewFile::from_source(
      kBytes,
      [&] {
        const bool first = opened++ == 0;
        return std::make_unique<Interrupted>(first ? std::function<void()>([this] { restart(); }) : nullptr);
      },
      "pattern.bin"));
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_GE(opened, 2);
  EXPECT_EQ(ledger()["file"], 1);
  ASSERT_TRUE(get(channel_.async_download({sent->media.at(0).sid, path("got")}, use_future)));
  EXPECT_TRUE(text_of("got") == pattern());
}

TEST_F(TransferKill, ADownloadGoesOnWithARange) {
  const auto sent = send(NewFile::from_bytes(pattern(), "pattern.bin")).value();
  std::atomic<bool> held = false;
  pipe_.set_plan([&](const std::string& head) -> support::CuttingPipe::Plan {
    if (head.find("/Content?") == head.npos || held.exchange(true)) return {};
    return {.down = kKilledAt, .holds = true};
  });
  auto download = channel_.async_download({sent.media.at(0).sid, path("got")}, use_future);
  const auto give_up = std::chrono::steady_clock::now() + seconds(30);
  while (pipe_.breaks() == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "the pipe was never full";
    std::this_thread::yield();
  }
  restart();
  pipe_.cut_all();
  const auto bytes = get(std::move(download));
  ASSERT_TRUE(bytes) << bytes.error().to_string();
  EXPECT_EQ(*bytes, kBytes);
  EXPECT_TRUE(text_of("got") == pattern());
  EXPECT_EQ(pipe_.count("Range: bytes="), 1u);
}

}  // namespace
}  // namespace parley::faults
