#include "tests/faults/fault_test.hpp"

#include <csignal>
#include <cstdlib>

#include "common/protocol/token/access_token.hpp"

namespace parley::faults {

using support::ChildProcess;

void FaultTest::start(std::vector<std::string> wrapper) {
  const auto command = with_config();
  wrapper.insert(wrapper.end(), command.begin(), command.end());
  service_.emplace(wrapper);
  url_ = ready_url(*service_);
  config_["chat_service"]["listen"] = url_.host + ":" + std::to_string(url_.port);
}

void FaultTest::kill_service() {
  service_->signal(SIGKILL);
  service_.reset();
}

std::optional<int> FaultTest::stop_service() {
  service_->signal(SIGTERM);
  return service_->exit_code();
}

std::string FaultTest::address() const {
  return "ws://" + url_.host + ":" + std::to_string(url_.port) + "/v3/wsconnect";
}

std::string FaultTest::token_of(const std::string& identity) const {
  const auto& account = config_["account"];
  token::TokenSpec spec;
  spec.identity = identity;
  spec.ttl = std::chrono::hours(1);
  spec.grants = {token::ChatGrant{.service_sid = account["chat_service_sid"]}};
  const token::ApiKey key{account["account_sid"], account["api_key_sid"], account["api_key_secret"]};
  return token::mint(key, spec, system_clock().wall_now()).value();
}

std::unique_ptr<Chatter> FaultTest::person(const std::string& identity, Duration message_life) {
  auto chatter = std::make_unique<Chatter>(address(), token_of(identity), message_life);
  const auto connected = chatter->connect();
  EXPECT_TRUE(connected) << connected.error().to_string();
  const auto entered = chatter->enter("room");
  EXPECT_TRUE(entered) << entered.error().to_string();
  return chatter;
}

FaultTest::Outcome FaultTest::run(std::vector<std::string> words) const {
  words.insert(words.begin(), program());
  ChildProcess running(words);
  Outcome outcome{.code = {}, .out = running.rest_of_output(), .err = running.error_output()};
  outcome.code = running.exit_code();
  return outcome;
}

std::map<std::string, int> FaultTest::ledger() const {
  const auto file = folder() + "/ledger.jsonl";
  std::filesystem::remove(file);
  const auto exported = run({"--database", database(), "export", file});
  EXPECT_EQ(exported.code, 0) << exported.err;
  std::map<std::string, int> texts;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto object = nlohmann::json::parse(line);
    if (object.value("table", "") == "messages") ++texts[object["row"]["body"]];
  }
  return texts;
}

bool FaultTest::log_says(const std::string& words) {
  while (const auto line = service_->read_error_line())
    if (line->find(words) != line->npos) return true;
  return false;
}

int number_from(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : otherwise;
}

}  // namespace parley::faults
