#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <fstream>
#include <future>
#include <mutex>
#include <regex>

#include "common/base/encoding.hpp"
#include "tests/support/service_fixture.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a client has logged.
class Log {
 public:
  struct Line {
    LogLevel level;
    std::string text;
  };

  LogHook hook() {
    return [this](LogLevel level, std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back({level, std::string(line)});
    };
  }
  std::vector<Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::size_t count(LogLevel level, const std::string& pattern) const {
    const std::regex wanted(pattern);
    std::size_t count = 0;
    for (const auto& line : lines())
      if (line.level == level && std::regex_search(line.text, wanted)) ++count;
    return count;
  }
  std::string text() const {
    std::string all;
    for (const auto& line : lines())
      all += std::to_string(static_cast<int>(line.level)) + " " + line.text + "\n";
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

class LogsTest : public testing::ServiceTest {
 protected:
  template <class T>
  static Result<T> get(std::future<Result<T>> future) {
    if (future.wait_for(seconds(30)) != std::future_status::ready)
      return Error{.code = Errc::timed_out, .message = "the test lost patience"};
    return future.get();
  }
  template <class Done>
  static bool wait_until(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(30);
    while (!done() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(milliseconds(5));
    return done();
  }
  ClientOptions logging(ClientOptions options) {
    options.log = log.hook();
    return options;
  }

  Log log;  // outlives the runtime, whose thread writes it
  std::unique_ptr<Runtime> runtime = std::make_unique<Runtime>();
};

TEST_F(LogsTest, OfANormalSessionHasNoWarningAndALineForEachRequest) {
  {
    Client client(*runtime, logging(options_for("alice")));
    get(client.async_connect(use_future)).value();
    const auto lobby = get(client.async_create_group_channel("lobby", use_future)).value();
    get(lobby.async_send_message("hello", use_future)).value();
    get(lobby.async_get_messages({}, use_future)).value();
    get(client.async_close(use_future)).value();
  }
  runtime.reset();
  EXPECT_EQ(log.count(LogLevel::warning, ""), 0u) << log.text();
  EXPECT_EQ(log.count(LogLevel::error, ""), 0u) << log.text();
  EXPECT_EQ(log.count(LogLevel::info, "^event=connection state=connected number=1$"), 1u) << log.text();
  EXPECT_EQ(log.count(LogLevel::info, "^event=connection state=offline$"), 1u) << log.text();
  EXPECT_EQ(log.count(LogLevel::debug, "^event=token_fetch state=started$"), 1u);
  EXPECT_EQ(log.count(LogLevel::debug, "^event=token_fetch state=ended ms=[0-9]+$"), 1u);
  EXPECT_EQ(log.count(LogLevel::debug,
                      "^event=request method=POST path=/Client/v2/Services/IS[0-9a-f]{32}/Conversations/"
                      "CH[0-9a-f]{32}/Messages status=201 ms=[0-9]+ waited_ms=[0-9]+ bytes_out=[1-9][0-9]* "
                      "bytes_in=[1-9][0-9]*$"),
            1u)
      << log.text();
  EXPECT_GE(log.count(LogLevel::debug, "^event=subscriptions objects=[1-9]"), 1u) << log.text();
}

TEST_F(LogsTest, OfADestroyedClientHasNoWarningEither) {
  {
    Client client(*runtime, logging(options_for("alice")));
    get(client.async_connect(use_future)).value();
  }
  // A runtime that ends does not wait for the client's last work.
  EXPECT_TRUE(wait_until([&] { return log.count(LogLevel::info, "state=offline$") == 1; })) << log.text();
  runtime.reset();
  EXPECT_EQ(log.count(LogLevel::warning, "") + log.count(LogLevel::error, ""), 0u) << log.text();
}

TEST_F(LogsTest, WhatIsTriedAgainWarnsAndWhatIsRefusedIsAnError) {
  auto options = logging(options_for("alice"));
  options.retry = {milliseconds(20), milliseconds(50)};
  Client client(*runtime, std::move(options));
  get(client.async_connect(use_future)).value();
  service.stop(milliseconds(0));
  EXPECT_TRUE(wait_until([&] {
    return log.count(LogLevel::warning, "^event=connection state=waiting code=[a-z_]+ .*retry_ms=[0-9]+$") >=
           2;
  })) << log.text();

  auto refused = logging(options_for("alice"));
  refused.tokens = fixed_token("no token");
  Client stranger(*runtime, std::move(refused));
  EXPECT_FALSE(get(stranger.async_connect(use_future)));
  EXPECT_GE(log.count(LogLevel::error, "^event=connection state=denied code=invalid_token"), 1u)
      << log.text();
}

/// Everything that a user's program hands to the client, and what it gets from others, is marked; no line may
/// hold any of it.
class SecretsTest : public LogsTest {
 protected:
  // With characters that are written otherwise in a URL and in JSON.
  static std::string marked(const std::string& what) { return "Marker " + what + "#\"/é?"; }

  static void expect_silence(const Log& log, std::vector<std::string> secrets) {
    secrets.emplace_back("Marker");
    secrets.emplace_back("marker");
    for (const auto& line : log.lines()) {
      static const std::regex form(R"(event=[a-z_]+( [a-z_]+=([-._/:*+A-Za-z0-9]+|"([^"\\]|\\.)*"))*)");
      EXPECT_TRUE(std::regex_match(line.text, form)) << line.text;
      EXPECT_EQ(line.text.find('?'), std::string::npos) << line.text;
      for (const auto& secret : secrets)
        EXPECT_EQ(line.text.find(secret), std::string::npos) << line.text << "\nholds " << secret;
    }
  }

  ClientOptions marked_options(const std::string& who, std::string& token) {
    token = token_for(who);
    auto options = logging(options_for(who));
    options.tokens = fixed_token(token);
    options.retry = {milliseconds(20), milliseconds(50)};
    return options;
  }

  static NewMessage message() {
    NewMessage message(marked("text"), R"({"key":"Marker attribute"})");
    message.files.push_back(NewFile::from_bytes(marked("bytes"), "Marker é?.txt", "text/plain"));
    message.key = "Marker-key";
    return message;
  }

  // Each as it goes: also what is refused.
  void do_everything(Client& client, const std::string& peer) {
    get(client.async_connect(use_future)).value();
    NewGroupChannel wanted("Marker channel\"/é?", marked("description"), R"({"a":"Marker"})");
    const auto channel = get(client.async_create_group_channel(wanted, use_future)).value();
    get(client.async_create_group_channel(wanted, use_future)).error();
    get(client.async_join_channel(marked("nowhere"), use_future)).error();
    get(client.async_channel(marked("nobody"), use_future)).error();
    get(client.async_direct_channel(peer, marked("direct"), use_future)).value();
    get(client.async_block(peer, use_future)).value();
    get(client.async_blocked(use_future)).value();
    get(client.async_unblock(peer, use_future)).value();
    talk(channel, peer);
  }

  void talk(const Channel& channel, const std::string& peer) {
    const auto sent = get(channel.async_send_message(message(), use_future)).value();
    get(channel.async_invite(peer, use_future)).value();
    get(channel.async_get_messages({}, use_future)).value();
    get(channel.async_set_all_read(use_future)).value();
    ASSERT_EQ(sent.media.size(), 1u);
    get(channel.async_media_url(sent.media[0].sid, use_future)).value();
    const auto into = files.directory() / "Marker download";
    get(channel.async_download({sent.media[0].sid, into.string()}, use_future)).value();
    const auto nowhere = files.directory() / "Marker missing" / "file";
    get(channel.async_download({sent.media[0].sid, nowhere.string()}, use_future)).error();
    NewMessage unreadable("Marker");
    unreadable.files.push_back(NewFile::from_path(nowhere.string()));
    get(channel.async_send_message(unreadable, use_future)).error();
    get(channel.async_remove_member(peer, use_future)).value();
    get(channel.async_remove_member(marked("stranger"), use_future)).error();
  }

  testing::TemporaryFile files;
};

TEST_F(SecretsTest, NothingOfUsersAndNoTokenIsEverWritten) {
  const std::string who = marked("alice"), peer = marked("bob");
  std::string token, refused_token;
  {
    auto options = marked_options(who, token);
    options.cache = CacheOptions::sqlite((files.directory() / "cache").string(), who);
    Client client(*runtime, std::move(options));
    do_everything(client, peer);
    service.stop(milliseconds(0));
    EXPECT_TRUE(wait_until([&] { return log.count(LogLevel::warning, "state=waiting") >= 1; }));
  }
  {
    auto options = marked_options(who, refused_token);
    options.tokens = [](auto, const TokenReply& reply) {
      reply(Error{.code = Errc::denied, .message = "the source says no", .server_text = "Marker"});
    };
    Client client(*runtime, std::move(options));
    EXPECT_FALSE(get(client.async_connect(use_future)));
  }
  runtime.reset();
  EXPECT_GE(log.count(LogLevel::debug, "^event=request "), 20u) << log.text();
  EXPECT_EQ(log.count(LogLevel::debug, "^event=cache state=opened channels=0 outgoing=0$"), 1u) << log.text();
  EXPECT_GE(log.count(LogLevel::debug, "path=/v1/Services/IS[0-9a-f]{32}/Media"), 2u) << log.text();
  const auto signature = token.substr(token.rfind('.') + 1);
  expect_silence(log, {token, signature, key().secret, percent_encode(who), percent_encode(peer)});
}

TEST_F(SecretsTest, WhatATokenSourceThrowsIsNotWritten) {
  {
    auto options = logging(options_for(marked("alice")));
    options.tokens = [](auto, const TokenReply&) { throw std::runtime_error("Marker secret"); };
    options.retry = {milliseconds(20), milliseconds(50)};
    options.timeouts.connect = milliseconds(500);
    Client client(*runtime, std::move(options));
    EXPECT_FALSE(get(client.async_connect(use_future)));
  }
  runtime.reset();
  EXPECT_GE(
      log.count(LogLevel::warning, "^event=login_failed code=unreachable message=\"the token source threw"),
      1u)
      << log.text();
  expect_silence(log, {});
}

TEST_F(SecretsTest, ACacheThatWasDamagedIsAWarning) {
  const auto directory = files.directory() / "cache";
  const auto session = [&](bool damage) {
    std::string token;
    auto options = marked_options(marked("alice"), token);
    options.cache = CacheOptions::sqlite(directory.string(), marked("alice"));
    if (damage)
      for (const auto& file : std::filesystem::directory_iterator(directory))
        if (file.path().extension() == ".db")
          std::ofstream(file.path(), std::ios::trunc) << std::string(9000, 'x');
    Client client(*runtime, std::move(options));
    get(client.async_connect(use_future)).value();
    get(client.async_close(use_future)).value();
  };
  session(false);
  EXPECT_EQ(log.count(LogLevel::warning, ""), 0u) << log.text();
  session(true);
  EXPECT_EQ(log.count(LogLevel::warning, "^event=cache_failed code=storage_error message="), 1u)
      << log.text();
  EXPECT_EQ(log.count(LogLevel::debug, "^event=cache state=rebuilt"), 1u) << log.text();
  expect_silence(log, {percent_encode(marked("alice"))});
}

}  // namespace
}  // namespace parley
