#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace parley::support {

/// One program started by a test, with its output caught. Killed and reaped when the object dies.
class ChildProcess {
 public:
  enum class Input { inherited, pipe };

  explicit ChildProcess(std::vector<std::string> command, Input input = Input::inherited);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for one line of standard output; nothing at its end or after ten seconds.
  std::optional<std::string> read_line() { return read_line(out_, buffered_); }
  /// The same of standard error.
  std::optional<std::string> read_error_line() { return read_line(err_, buffered_error_); }
  /// Ends its standard input, if that is a pipe.
  void close_input();
  void signal(int number);
  pid_t pid() const { return pid_; }
  /// Waits for the end, at most ten seconds; nothing if it goes on or ended by a signal.
  std::optional<int> exit_code();
  /// All that is left to read; call it after exit_code().
  std::string rest_of_output();
  std::string error_output();

 private:
  static std::optional<std::string> read_line(int descriptor, std::string& buffered);

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string buffered_;
  std::string buffered_error_;
  bool reaped_ = false;
};

}  // namespace parley::support
