#pragma once
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

namespace parley::token_server {

/// Lines on their way to standard error, many in one write. Any thread may add; someone calls flush() now and
/// then, and the destructor does. What a crash takes along is what came since the last flush.
class LogLines {
 public:
  explicit LogLines(std::FILE* out) : out_(out) {}
  ~LogLines() { flush(); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  void add(std::string_view line);
  void flush();

 private:
  void write_out();

  std::FILE* out_;
  std::mutex mutex_;
  std::string waiting_;
};

}  // namespace parley::token_server
