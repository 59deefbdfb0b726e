#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "tests/support/temporary_file.hpp"
#include "token_server/program/command.hpp"

namespace parley::token_server {

/// Runs a subcommand as the program does, in this process; its standard input is a file.
class CommandTest : public ::testing::Test {
 protected:
  using Make = std::unique_ptr<Command> (*)();
  explicit CommandTest(Make make) : make_(make) {
    config_.token_server.database = file_.directory() / "data" / "users.db";
    config_.token_server.audit_log = file_.directory() / "data" / "audit.log";
  }

  /// Parses and runs; the exit code. What was printed is in out_ and err_.
  int run(std::vector<std::string> words, const std::string& input = "") {
    const int before = dup(STDIN_FILENO);
    std::FILE* file = std::tmpfile();
    std::fwrite(input.data(), 1, input.size(), file);
    std::rewind(file);
    dup2(fileno(file), STDIN_FILENO);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = run_here(std::move(words));
    std::cout.flush();
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    dup2(before, STDIN_FILENO);
    close(before);
    std::fclose(file);
    return code;
  }
  int run_here(std::vector<std::string> words) const {
    const auto command = make_();
    CLI::App app;
    const auto& parser = command->add_to(app);
    std::reverse(words.begin(), words.end());  // as CLI11 wants it
    try {
      app.parse(words);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : 2;
    }
    if (!parser.parsed()) return 2;
    return command->run(has_config_ ? std::optional(config_) : std::nullopt);
  }

  testing::TemporaryFile file_;
  config::Config config_;
  bool has_config_ = true;
  std::string out_;
  std::string err_;

 private:
  Make make_;
};

}  // namespace parley::token_server
