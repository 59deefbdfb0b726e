#pragma once
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/config/config.hpp"

namespace CLI {
class App;
}

namespace parley::config {

/// What a command line needs of the process; tests bring their own.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  Environment environment;
};

/// Exit codes of the programs.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;    ///< it started, or tried to, and failed
inline constexpr int kExitBadConfig = 2;  ///< bad option or configuration: nothing was started

/// The options that all programs share: --config FILE, --check-config, --version, --help.
///
/// A main makes one, adds options and subcommands of its own, calls parse() once and either exits or runs.
/// The shared options may stand before or after the name of a subcommand. Not thread-safe.
class CommandLine {
 public:
  /// May the program run without --config? `optional` then means: without any configuration.
  enum class ConfigFile { expected, optional };

  CommandLine(std::string program, std::string description, ConfigFile file = ConfigFile::expected);
  ~CommandLine();

  /// To add options; include <CLI/CLI.hpp> for it. Valid as long as this object.
  CLI::App& options();

  /// Of a subcommand added to options(): when it is chosen, --config is optional. One that is given is loaded
  /// and must be right. Holds for its own subcommands, too.
  void needs_no_config(const CLI::App& subcommand);

  /// Which files that the configuration names are looked at. Without this call: all.
  void looks_at(FilesOf files) { files_ = files; }

  /// More reasons to refuse a configuration that is right in itself; `path` is the file's, or empty.
  using Check = std::function<Problems(const Config& config, const std::string& path)>;
  /// To be made before the program starts, and by --check-config, but not for subcommands.
  void also_check(Check check) { check_ = std::move(check); }

  struct Outcome {
    std::optional<int> exit_code;  ///< set: everything is said, exit with it
    std::optional<Config> config;  ///< else set, unless --config is optional and was left out
  };
  /// Writes help, version, the result of --check-config, and errors (all in one message, to `err`).
  Outcome parse(int argc, const char* const* argv, const Surroundings& surroundings);
  /// The same with the process's streams and environment.
  Outcome parse(int argc, const char* const* argv);

  /// The file that --config named; empty if it was left out. Valid after parse().
  const std::string& config_path() const { return path_; }

 private:
  bool config_is_optional() const;
  Loaded load_checked(const Environment& environment) const;
  Outcome load_config(const Surroundings& surroundings) const;

  std::string program_;
  ConfigFile file_;
  std::string path_;
  FilesOf files_ = FilesOf::all;
  bool check_only_ = false;
  std::unique_ptr<CLI::App> app_;
  std::vector<const CLI::App*> without_config_;
  Check check_;
};

}  // namespace parley::config
