#pragma once
#include <memory>
#include <optional>

#include "common/config/config.hpp"

namespace CLI {
class App;
}

namespace parley::token_server {

/// One subcommand of the program.
class Command {
 public:
  virtual ~Command() = default;

  /// Adds itself and its options; the parser outlives this object.
  virtual CLI::App& add_to(CLI::App& program) = 0;
  /// Called after parsing if it was chosen. Nothing: no configuration was given. Returns the exit code.
  virtual int run(const std::optional<config::Config>& config) = 0;
};

std::unique_ptr<Command> make_key_command();
std::unique_ptr<Command> make_user_command();
std::unique_ptr<Command> make_audit_command();
std::unique_ptr<Command> make_inspect_command();

}  // namespace parley::token_server
