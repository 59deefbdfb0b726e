#pragma once
#include <memory>
#include <string>

#include <parley/error.hpp>

#include "common/config/config.hpp"

namespace CLI {
class App;
}

namespace parley::chat_service {

/// What a command works on.
struct Place {
  std::string database{};
  std::string media_directory{};
};

/// One subcommand of the program.
class Command {
 public:
  virtual ~Command() = default;

  /// Adds itself and its options; the parser outlives this object.
  virtual CLI::App& add_to(CLI::App& program) = 0;
  /// After parsing: can it do without the database of the configuration or the command line?
  virtual bool names_its_database() const { return false; }
  /// Called after parsing if it was chosen. Returns the exit code.
  virtual int run(const Place& place) = 0;
};

/// Says on standard error what went wrong with a command, by its name. Returns the exit code.
int fail(const char* command, const Error& error);

std::unique_ptr<Command> make_user_command();
std::unique_ptr<Command> make_channel_command();
std::unique_ptr<Command> make_clock_command();
std::unique_ptr<Command> make_export_command();
std::unique_ptr<Command> make_import_command();
std::unique_ptr<Command> make_backup_command();
std::unique_ptr<Command> make_restore_command();
std::unique_ptr<Command> make_check_command();

}  // namespace parley::chat_service
