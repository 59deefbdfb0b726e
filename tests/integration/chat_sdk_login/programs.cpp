#include "tests/integration/chat_sdk_login/programs.hpp"

#include <boost/asio/use_future.hpp>
#include <csignal>

#include "tests/support/free_port.hpp"

namespace parley::support {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

template <class T>
T outcome_of(std::future<T> future) {
  if (future.wait_for(kPatience) == std::future_status::ready) return future.get();
  return Error{.code = Errc::timed_out, .message = "the test lost patience"};
}

}  // namespace

Programs::Programs() : port_(free_port()) {
  config_["account"]["api_key_secret"] = "Vx3pLq9ZtW7sRb2NfYd8KmHc5GjUe1oA";
  config_["token_server"] = {{"listen", "127.0.0.1:" + port_},
                             {"token_ttl_seconds", 3600},
                             {"metrics_listen", "off"},
                             {"database", folder() + "/token.db"},
                             {"audit_log", folder() + "/audit.log"},
                             {"callers", {{{"type", "users"}}}}};
  write_config();
  user("add", kPassword);
  start_tokens();
  door_.emplace(static_cast<std::uint16_t>(std::stoul(port_)));
}

void Programs::start_tokens() {
  tokens_.emplace(std::vector<std::string>{PARLEY_TOKEN_SERVER, "--config", folder() + "/config.json"});
  url_in(tokens_->read_line().value_or("nothing"), "token_server listening on ");
}

void Programs::kill_tokens() {
  tokens_->signal(SIGKILL);
  EXPECT_FALSE(tokens_->exit_code());
}

std::string Programs::start_chat() {
  chat_.emplace(std::vector<std::string>{program(), "--config", folder() + "/config.json"});
  return "ws://127.0.0.1:" + std::to_string(ready_url(*chat_).port) + "/v3/wsconnect";
}

void Programs::user(const std::string& words, const std::string& input) {
  const auto command = "printf '%s\\n' '" + input + "' | '" PARLEY_TOKEN_SERVER "' --config '" + folder() +
                       "/config.json' user " + words + " alice";
  ChildProcess program({"/bin/sh", "-c", command});
  EXPECT_EQ(program.exit_code(), 0) << program.error_output();
}

LoginOptions Programs::alice(std::shared_ptr<SessionStore> store, std::string password) const {
  return {.url = door_->url(), .user = "alice", .password = std::move(password), .store = std::move(store)};
}

Result<std::string> Programs::fetch(const TokenSource& source) { return wait_for(begin_fetch(source)); }

std::future<Result<std::string>> Programs::begin_fetch(const TokenSource& source) {
  const auto promise = std::make_shared<std::promise<Result<std::string>>>();
  source({}, [promise](Result<std::string> token) { promise->set_value(std::move(token)); });
  return promise->get_future();
}

Result<std::string> Programs::wait_for(std::future<Result<std::string>> answer) {
  return outcome_of(std::move(answer));
}

Result<void> Programs::leave(LoginOptions options) {
  const auto promise = std::make_shared<std::promise<Result<void>>>();
  log_out(std::move(options), [promise](Result<void> outcome) { promise->set_value(std::move(outcome)); });
  return outcome_of(promise->get_future());
}

Result<void> Programs::connect(const std::string& chat_url, TokenSource source) {
  ClientOptions options;
  options.endpoint = Endpoint::service(chat_url);
  options.tokens = std::move(source);
  Client client(runtime_, std::move(options));
  return outcome_of(client.async_connect(boost::asio::use_future));
}

}  // namespace parley::support
