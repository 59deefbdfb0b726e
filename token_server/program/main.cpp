#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

#include "common/config/command_line.hpp"
#include "token_server/program/command.hpp"
#include "token_server/program/serve.hpp"

int main(int argc, char** argv) {
  using namespace parley;
  config::CommandLine line("token_server", "Mints access tokens for the chat service over HTTP.");

  std::vector<std::pair<std::unique_ptr<token_server::Command>, CLI::App*>> commands;
  const auto add = [&](std::unique_ptr<token_server::Command> command) -> CLI::App& {
    auto& parser = command->add_to(line.options());
    commands.emplace_back(std::move(command), &parser);
    return parser;
  };
  add(token_server::make_key_command());
  add(token_server::make_user_command());
  line.needs_no_config(add(token_server::make_audit_command()));
  line.needs_no_config(add(token_server::make_inspect_command()));

  line.looks_at(config::FilesOf::token_server);
  line.also_check(token_server::refusals);
  const auto outcome = line.parse(argc, argv);
  if (outcome.exit_code) return *outcome.exit_code;
  for (const auto& [command, parser] : commands)
    if (parser->parsed()) return command->run(outcome.config);
  return token_server::serve(*outcome.config, line.config_path());
}
