#include <gmock/gmock.h>

#include <csignal>
#include <optional>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "tests/integration/chat_service/program_fixture.hpp"
#include "tests/integration/key_change/load.hpp"
#include "tests/support/free_port.hpp"

namespace parley::support {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kBackendKey = "pk_of-the-tests-back-end";
constexpr std::size_t kSome = 10;

const json kOld = {{"api_key_sid", "SK00000000000000000000000000000001"},
                   {"api_key_secret", "Vx3pLq9ZtW7sRb2NfYd8KmHc5GjUe1oA"}};
const json kNew = {{"api_key_sid", "SK00000000000000000000000000000002"},
                   {"api_key_secret", "aO1eUjG5cHmK8dYfN2bRs7WtZ9qLp3xV"}};

/// Both servers with one configuration.
class KeyChange : public ChatProgram {
 protected:
  KeyChange() : port_(free_port()) {
    const auto digest = hex_encode(as_bytes(sha256(kBackendKey)));
    config_["chat_service"]["listen"] = "127.0.0.1:" + port_;
    config_["token_server"] = {
        {"listen", "127.0.0.1:0"},
        {"token_ttl_seconds", 3600},
        {"metrics_listen", "off"},
        {"database", folder() + "/token.db"},
        {"audit_log", folder() + "/audit.log"},
        {"limits", {{"requests_per_minute_per_identity", 10'000'000}}},
        {"callers", {{{"type", "backend_keys"}, {"keys", {{{"name", "tests"}, {"sha256", digest}}}}}}}};
    sign_with(kOld, json::array());
    tokens_.emplace(std::vector<std::string>{PARLEY_TOKEN_SERVER, "--config", write_config()});
    const auto url = url_in(tokens_->read_line().value_or("nothing"), "token_server listening on ");
    endpoint_ = {.url = "http://127.0.0.1:" + std::to_string(url.port) + "/v1/token",
                 .user = "alice",
                 .headers = {{"Authorization", std::string("Bearer ") + kBackendKey}}};
    start_chat();
  }

  void sign_with(const json& key, const json& previous) {
    config_["account"].update(key);
    config_["account"]["previous_keys"] = previous;
    if (previous.empty()) config_["account"].erase("previous_keys");
    write_config();
  }
  void start_chat() {
    chat_.emplace(std::vector<std::string>{program(), "--config", folder() + "/config.json"});
    ready_url(*chat_);
  }
  void restart_chat() {
    chat_->signal(SIGTERM);
    EXPECT_EQ(chat_->exit_code(), 0);
    start_chat();
  }
  void reload_tokens() {
    tokens_->signal(SIGHUP);
    while (const auto line = tokens_->read_error_line())
      if (line->find("configuration re-read") != line->npos) return;
    ADD_FAILURE() << "the configuration was not re-read";
  }

  std::string chat_url() const { return "ws://127.0.0.1:" + port_ + "/v3/wsconnect"; }
  /// Which key signed a new token.
  std::string signer() const {
    const auto token = fetch_token(endpoint_).value();
    const auto payload =
        base64url_decode(token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1));
    return json::parse(payload.value()).value("iss", "");
  }

  std::string port_;
  TokenEndpoint endpoint_;
  std::optional<ChildProcess> tokens_, chat_;
};

TEST_F(KeyChange, RefusesNobodyInTheOrderThatThePagesGive) {
  const auto old_token = fetch_token(endpoint_).value();
  std::optional<Load> load(std::in_place, endpoint_, chat_url());
  ASSERT_TRUE(load->wait_for(kSome));

  sign_with(kOld, json::array({kNew}));
  restart_chat();
  ASSERT_TRUE(load->wait_for(kSome));
  EXPECT_EQ(signer(), kOld["api_key_sid"]);

  sign_with(kNew, json::array({kOld}));
  reload_tokens();
  ASSERT_TRUE(load->wait_for(kSome));
  EXPECT_EQ(signer(), kNew["api_key_sid"]);
  Runtime runtime;
  EXPECT_TRUE(connect_with(runtime, chat_url(), old_token)) << "its time is not over";
  EXPECT_THAT(load->refusals(), IsEmpty());
  load.reset();  // with it the last who could still come with an old token: the others' time is over

  load.emplace(endpoint_, chat_url());
  sign_with(kNew, json::array());
  reload_tokens();
  restart_chat();
  ASSERT_TRUE(load->wait_for(kSome));
  EXPECT_THAT(load->refusals(), IsEmpty());
  EXPECT_FALSE(connect_with(runtime, chat_url(), old_token)) << "its key is not known any more";
}

// What the order is for.
TEST_F(KeyChange, RefusesNewTokensIfTheServiceDoesNotKnowTheKeyYet) {
  sign_with(kNew, json::array({kOld}));
  reload_tokens();
  Runtime runtime;
  EXPECT_FALSE(connect_with(runtime, chat_url(), fetch_token(endpoint_).value()));
  restart_chat();
  EXPECT_TRUE(connect_with(runtime, chat_url(), fetch_token(endpoint_).value()));
}

}  // namespace
}  // namespace parley::support
