#include "tests/integration/key_change/load.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace parley::support {
namespace {

constexpr int kPeople = 3;
constexpr auto kLimit = std::chrono::minutes(1);

}  // namespace

Result<std::string> fetch_token(const TokenEndpoint& endpoint) {
  boost::asio::io_context io;
  Result<std::string> token = Error{.code = Errc::unreachable, .message = "nothing came"};
  token_endpoint(endpoint)(io.get_executor(), [&](Result<std::string> reply) { token = std::move(reply); });
  io.run();
  return token;
}

Result<void> connect_with(Runtime& runtime, const std::string& chat_url, const std::string& token) {
  ClientOptions options;
  options.endpoint = Endpoint::service(chat_url);
  options.tokens = fixed_token(token);
  options.timeouts.connect = kLimit;
  options.retry = {.min = std::chrono::milliseconds(50), .max = std::chrono::milliseconds(200)};
  Client client(runtime, std::move(options));
  return client.async_connect(boost::asio::use_future).get();
}

Load::Load(TokenEndpoint tokens, std::string chat_url)
    : tokens_(std::move(tokens)), chat_url_(std::move(chat_url)) {
  for (int i = 0; i < kPeople; ++i) threads_.emplace_back([this] { come_and_go(); });
}

Load::~Load() {
  ended_ = true;
  for (auto& thread : threads_) thread.join();
}

void Load::come_and_go() {
  while (!ended_) {
    const auto token = fetch_token(tokens_);
    note(token ? connect_with(runtime_, chat_url_, *token) : Result<void>(token.error()));
  }
}

void Load::note(const Result<void>& outcome) {
  const std::lock_guard guard(mutex_);
  outcome ? void(++accepted_) : refusals_.push_back(outcome.error().to_string());
  came_.notify_all();
}

bool Load::wait_for(std::size_t more) {
  std::unique_lock lock(mutex_);
  const auto enough = accepted_ + more;
  return came_.wait_for(lock, kLimit, [&] { return accepted_ >= enough || !refusals_.empty(); });
}

std::vector<std::string> Load::refusals() {
  const std::lock_guard guard(mutex_);
  return refusals_;
}

}  // namespace parley::support
