#include "chat_service/program/command.hpp"

#include <iostream>

#include "common/config/command_line.hpp"

namespace parley::chat_service {

int fail(const char* command, const Error& error) {
  std::cerr << "chat_service " << command << ": " << error.message << std::endl;
  return config::kExitFailure;
}

}  // namespace parley::chat_service
