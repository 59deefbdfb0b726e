#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/faults/chatter.hpp"
#include "tests/integration/chat_service/program_fixture.hpp"

namespace parley::faults {

/// The real service in a process of its own, to which things are done that no service likes, and people who
/// chat meanwhile.
class FaultTest : public support::ChatProgram {
 protected:
  /// Starts the service and waits until it listens; `wrapper` is a program with arguments that runs it. It
  /// keeps its port at the next start, so that clients find it again.
  void start(std::vector<std::string> wrapper = {});
  support::ChildProcess& service() { return *service_; }
  /// As a power switch does.
  void kill_service();
  /// As an operator does: the exit code.
  std::optional<int> stop_service();

  /// A connected client in the channel "room", which tries each message for `message_life`.
  std::unique_ptr<Chatter> person(const std::string& identity,
                                  Duration message_life = std::chrono::seconds(30));

  std::string address() const;
  std::string token_of(const std::string& identity) const;

  struct Outcome {
    std::optional<int> code;
    std::string out;
    std::string err;
  };
  /// A command of the program.
  Outcome run(std::vector<std::string> words) const;
  /// How often each message's text is in the database.
  std::map<std::string, int> ledger() const;
  /// Reads the log until a line holds `words`. False if there is none within ten seconds.
  bool log_says(const std::string& words);

  std::string database() const { return config_["chat_service"]["database"]; }
  int status_of(const std::string& path) const { return ask(url_, path).status; }
  const net::Url& url() const { return url_; }

 private:
  std::optional<support::ChildProcess> service_;
  net::Url url_;
};

/// What an environment variable says, for the long form of a test.
int number_from(const char* variable, int otherwise);

}  // namespace parley::faults
