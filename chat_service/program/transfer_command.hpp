#pragma once
#include <string>

#include "chat_service/program/command.hpp"
#include "chat_service/program/long_run.hpp"
#include "chat_service/src/transfer/blob_copy.hpp"

namespace CLI {
class Option;
}

namespace parley::chat_service {

/// A command with a file, and a directory for the files of media. It may take long.
class TransferCommand : public Command {
 public:
  /// As the command line has it, and what people are told of it and of FILE.
  struct Description {
    const char* name;
    const char* text;
    const char* file;
  };
  explicit TransferCommand(const Description& description) : description_(description) {}

  CLI::App& add_to(CLI::App& program) override;
  int run(const Place& place) final;

 protected:
  /// Returns the exit code.
  virtual Result<int> work(const Place& place, LongRun& run) = 0;

  bool has_media() const { return !media_.empty(); }
  /// Copies files of media and tells of it.
  static Result<int> copy_media(const std::string& database, const std::string& from, const std::string& to,
                                LongRun& run);

  CLI::Option* file_option_ = nullptr;
  std::string file_;
  std::string media_;

 private:
  Description description_;
};

}  // namespace parley::chat_service
