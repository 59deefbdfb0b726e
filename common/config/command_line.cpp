#include "common/config/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

namespace parley::config {
namespace {

/// The last subcommand that the words name, or the program.
const CLI::App& chosen(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : chosen(*parsed.back());
}

std::string names_of_subcommands(const CLI::App& app) {
  std::string names;
  for (const auto* subcommand : app.get_subcommands([](const CLI::App*) { return true; }))
    names += (names.empty() ? "" : ", ") + subcommand->get_name();
  return names;
}

/// What the words say where one of the real subcommands is expected; nothing if that is not what is wrong.
std::optional<std::string> wrong_subcommand(const CLI::App& program) {
  const CLI::App& app = chosen(program);
  const auto names = names_of_subcommands(app);
  if (names.empty()) return std::nullopt;
  const auto rest = program.remaining(true);
  const auto word =
      std::find_if(rest.begin(), rest.end(), [](const auto& one) { return !one.starts_with("-"); });
  const std::string where = (&app == &program ? "" : program.get_name() + " ") + app.get_name() + ": ";
  if (word != rest.end()) return where + "there is no subcommand " + *word + "; there are: " + names;
  if (app.get_require_subcommand_min() == 0) return std::nullopt;
  return where + "a subcommand is required, one of: " + names;
}

}  // namespace

CommandLine::CommandLine(std::string program, std::string description, ConfigFile file)
    : program_(std::move(program)),
      file_(file),
      app_(std::make_unique<CLI::App>(std::move(description), program_)) {
  app_->add_option("--config", path_, "Configuration file (see config.example.json)")->type_name("FILE");
  app_->add_flag("--check-config", check_only_, "Check the configuration and exit");
  app_->set_version_flag("--version", program_ + " " + PARLEY_VERSION, "Print the version and exit");
  app_->fallthrough();  // --config after a subcommand's name; subcommands inherit it
  app_->get_formatter()->column_width(34);
}

CommandLine::~CommandLine() = default;

CLI::App& CommandLine::options() { return *app_; }

void CommandLine::needs_no_config(const CLI::App& subcommand) { without_config_.push_back(&subcommand); }

CommandLine::Outcome CommandLine::parse(int argc, const char* const* argv, const Surroundings& surroundings) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    const bool is_usage =
        dynamic_cast<const CLI::ExtrasError*>(&stop) || dynamic_cast<const CLI::RequiredError*>(&stop);
    if (const auto wrong = is_usage ? wrong_subcommand(*app_) : std::nullopt) {
      surroundings.err << *wrong << "\nRun with --help for more information.\n";
      return {.exit_code = kExitBadConfig, .config = {}};
    }
    const bool said_all = app_->exit(stop, surroundings.out, surroundings.err) == 0;
    return {.exit_code = said_all ? kExitOk : kExitBadConfig, .config = {}};
  }
  return load_config(surroundings);
}

CommandLine::Outcome CommandLine::parse(int argc, const char* const* argv) {
  return parse(argc, argv, {std::cout, std::cerr, process_environment()});
}

bool CommandLine::config_is_optional() const {
  return file_ == ConfigFile::optional ||
         std::any_of(without_config_.begin(), without_config_.end(),
                     [](const CLI::App* subcommand) { return subcommand->parsed(); });
}

Loaded CommandLine::load_checked(const Environment& environment) const {
  auto loaded = load(path_, environment, files_);
  if (!loaded || !check_ || !app_->get_subcommands().empty()) return loaded;
  if (auto problems = check_(*loaded, path_); !problems.empty()) return problems;
  return loaded;
}

CommandLine::Outcome CommandLine::load_config(const Surroundings& surroundings) const {
  if (path_.empty() && config_is_optional()) {
    if (!check_only_) return {};
    surroundings.err << "--check-config: expected --config FILE with it\n";
    return {.exit_code = kExitBadConfig, .config = {}};
  }
  const std::string name = path_.empty() ? "the environment (no --config FILE given)" : path_;
  auto loaded = load_checked(surroundings.environment);
  if (!loaded) {
    surroundings.err << program_ << ": refused the configuration in " << name << ":\n"
                     << describe(loaded.error());
    return {.exit_code = kExitBadConfig, .config = {}};
  }
  if (!check_only_) return {.exit_code = {}, .config = std::move(*loaded)};
  surroundings.out << name << ": ok\n";
  return {.exit_code = kExitOk, .config = {}};
}

}  // namespace parley::config
