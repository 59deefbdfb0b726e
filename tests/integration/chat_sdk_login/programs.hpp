#pragma once
#include <future>
#include <optional>
#include <string>

#include <parley/parley.hpp>

#include "tests/integration/chat_sdk_login/token_door.hpp"
#include "tests/integration/chat_service/program_fixture.hpp"

namespace parley::support {

/// The token server with the user alice, a door in front of it, and the service that believes its tokens.
class Programs : public ChatProgram {
 protected:
  static constexpr const char* kPassword = "correct horse battery";

  Programs();

  void start_tokens();
  void kill_tokens();
  /// Starts the service; gives its URL.
  std::string start_chat();
  /// token_server user WORDS alice, while it runs. `input`: what is typed.
  void user(const std::string& words, const std::string& input = "");

  LoginOptions alice(std::shared_ptr<SessionStore> store, std::string password = kPassword) const;
  /// What a source answers, within twenty seconds.
  static Result<std::string> fetch(const TokenSource& source);
  static std::future<Result<std::string>> begin_fetch(const TokenSource& source);
  static Result<std::string> wait_for(std::future<Result<std::string>> answer);
  static Result<void> leave(LoginOptions options);
  /// What became of connecting once with that source.
  Result<void> connect(const std::string& chat_url, TokenSource source);

  std::string port_;
  std::optional<ChildProcess> tokens_, chat_;
  std::optional<TokenDoor> door_;
  Runtime runtime_;
};

}  // namespace parley::support
