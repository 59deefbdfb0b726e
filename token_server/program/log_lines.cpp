#include "token_server/program/log_lines.hpp"

namespace parley::token_server {
namespace {

constexpr std::size_t kWriteAt = 64 * 1024;

}  // namespace

void LogLines::add(std::string_view line) {
  const std::lock_guard lock(mutex_);
  waiting_.append(line).append("\n");
  if (waiting_.size() >= kWriteAt) write_out();
}

void LogLines::flush() {
  const std::lock_guard lock(mutex_);
  write_out();
}

void LogLines::write_out() {
  if (waiting_.empty()) return;
  std::fwrite(waiting_.data(), 1, waiting_.size(), out_);
  std::fflush(out_);
  waiting_.clear();
}

}  // namespace parley::token_server
