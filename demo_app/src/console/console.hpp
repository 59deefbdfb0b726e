#pragma once
#include <functional>
#include <future>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>

#include <parley/parley.hpp>

#include "demo_app/src/console/command.hpp"

namespace parley::demo {

/// A chat on plain lines: one thread reads commands, events are printed as they come.
///
/// run() on one thread; events arrive on the client's callback executor. The mutex guards the output and
/// what both sides look at.
class Console {
 public:
  Console(Client& client, std::istream& in, std::ostream& out);

  /// Until /quit or the end of input. Returns the process's exit code.
  int run();

 private:
  void read_commands();
  bool handle(const Command& command);
  void say(const Say& command);
  void go_to(const Channel& channel);
  static std::future<void> mark_read(const Channel& channel);
  void list_channels();
  void list_members();
  void show_history(GetMessages query);
  void on_event(const Event& event);
  void on_message(const MessageAdded& added);
  void on_status(const ConnectionStatus& status);

  /// The outcome of an operation; an error is printed and gives nothing.
  template <class T>
  std::optional<T> wait(std::future<Result<T>> future);
  bool wait(std::future<Result<void>> future);
  Channel current();
  void print(const std::string& line);

  Client& client_;
  std::istream& in_;
  std::ostream& out_;
  std::mutex mutex_;
  Channel current_;
  std::optional<GetMessages> older_;
  Subscription events_;
};

}  // namespace parley::demo
