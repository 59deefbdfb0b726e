#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "token_server/program/command.hpp"
#include "token_server/program/inspect.hpp"

namespace parley::token_server {
namespace {

class InspectCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* inspect =
        program.add_subcommand("inspect", "Explain a token: what it says, who refuses it and why");
    inspect->add_option("FILE", file_, "The file with the token; - or nothing: standard input");
    inspect->footer(
        "With --config the signature, the account and the service are checked, too.\n"
        "Exit status: 0 it would be accepted, 1 somebody refuses it, 2 it could not be read.");
    return *inspect;
  }

  int run(const std::optional<config::Config>& config) override {
    return inspect(file_, config, system_clock().wall_now(),
                   {std::cin, std::cout, std::cerr, isatty(STDIN_FILENO) == 1});
  }

 private:
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace parley::token_server
