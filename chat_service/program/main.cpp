#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>
#include <vector>

#include "chat_service/program/command.hpp"
#include "chat_service/program/credentials.hpp"
#include "chat_service/program/serve.hpp"
#include "chat_service/program/settings.hpp"
#include "chat_service/src/media/blobs.hpp"
#include "common/base/random.hpp"
#include "common/config/command_line.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {
namespace {

/// The program's command line as one object.
class Program {
 public:
  Program() : line_("chat_service", "The chat service: WebSocket in front, SQLite behind.") {
    add_options();
    for (auto* make : {make_user_command, make_channel_command, make_clock_command, make_export_command,
                       make_import_command, make_backup_command, make_restore_command, make_check_command}) {
      auto command = make();
      auto& parser = command->add_to(line_.options());
      line_.needs_no_config(parser);
      commands_.emplace_back(std::move(command), &parser);
    }
    line_.looks_at(config::FilesOf::chat_service);
    line_.also_check([this](const config::Config& config, const std::string& path) {
      return refusals(with(overrides_, config), path);
    });
  }

  int run(int argc, char** argv) {
    const auto outcome = line_.parse(argc, argv, {std::cout, std::cerr, environment()});
    if (outcome.exit_code) return *outcome.exit_code;
    for (const auto& [command, parser] : commands_)
      if (parser->parsed()) return run_command(*command, outcome.config);
    // What nobody can come back to with the same account is not kept, unless it is said where.
    if (is_fresh() && overrides_.database.empty()) overrides_.database = ":memory:";
    return serve(with(overrides_, *outcome.config), options_);
  }

 private:
  void add_options() {
    auto& app = line_.options();
    app.add_option("--listen", overrides_.listen,
                   "Where to listen, instead of chat_service.listen; port 0: any")
        ->type_name("HOST:PORT");
    app.add_option("--database", overrides_.database,
                   "Instead of chat_service.database; :memory: keeps nothing")
        ->type_name("PATH");
    app.add_flag(
        "--print-config", options_.print_config,
        "When ready, print how to reach the service as one line of JSON, the secret included; without "
        "any configuration: of a fresh account");
    app.add_flag("--exit-with-parent", options_.exit_with_parent, "Stop when standard input ends");
  }

  bool is_fresh() const {
    return options_.print_config && line_.config_path().empty() && !names_account(process_);
  }

  config::Environment environment() {
    return [this, fresh = environment_or_fresh_account(process_, random_)](const char* name) {
      return is_fresh() ? fresh(name) : process_(name);
    };
  }

  int run_command(Command& command, const std::optional<config::Config>& loaded) const {
    if (!loaded && overrides_.database.empty() && !command.names_its_database()) {
      std::cerr << "chat_service: expected --config FILE or --database PATH: where the database is\n";
      return config::kExitBadConfig;
    }
    const auto section = with(overrides_, loaded.value_or(config::Config{})).chat_service;
    return command.run({.database = section.database,
                        .media_directory = media::directory_of(media_of(section), section.database)});
  }

  config::CommandLine line_;
  ServeOptions options_;
  Overrides overrides_;
  SecureRandom random_;
  config::Environment process_ = config::process_environment();
  std::vector<std::pair<std::unique_ptr<Command>, CLI::App*>> commands_;
};

}  // namespace
}  // namespace parley::chat_service

int main(int argc, char** argv) {
  umask(077);  // messages and secrets: every file that is made is for its owner alone
  parley::storage::spare_memory_statistics();
  return parley::chat_service::Program().run(argc, argv);
}
