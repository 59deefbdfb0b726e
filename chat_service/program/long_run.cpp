#include "chat_service/program/long_run.hpp"

#include <unistd.h>

#include <iostream>

#include "chat_service/program/command.hpp"

namespace parley::chat_service {

LongRun::LongRun(const char* command) : command_(command) {
  if (::isatty(STDERR_FILENO) == 1) line_.emplace(std::cerr, std::string("chat_service ") + command);
  on_progress_ = [this](const Progress& progress) {
    if (line_) line_->show(progress, system_clock().now());
    return !interruption_.is_asked_for();
  };
}

void LongRun::clear() {
  if (line_) line_->clear();
}

void LongRun::remark(const std::string& text) {
  clear();
  std::cerr << text << std::endl;
}

int LongRun::fail(const Error& error) {
  clear();
  if (error.code != Errc::cancelled) return chat_service::fail(command_, error);
  std::cerr << "chat_service " << command_ << ": interrupted; nothing is left half done" << std::endl;
  return interruption_.exit_code();
}

}  // namespace parley::chat_service
