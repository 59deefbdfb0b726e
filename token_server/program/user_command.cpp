#include <CLI/CLI.hpp>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "common/config/command_line.hpp"
#include "common/os/owner_rights.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/program/command.hpp"
#include "token_server/program/password_prompt.hpp"
#include "token_server/sessions/user_admin.hpp"

namespace parley::token_server {
namespace {

constexpr int kStandardInput = 0;

class UserCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* user = program.add_subcommand("user", "People who log in with a name and a password");
    user->require_subcommand(1);
    add_ = add_action(*user, "add", "Add a user; asks for the password, or reads one line from a pipe");
    add_->add_option("--identity", identity_, "The identity in chat, if it is not the name");
    passwd_ = add_action(*user, "passwd", "Give a user a new password, and end the user's sessions");
    disable_ = add_action(*user, "disable", "Lock a user out, and end the user's sessions");
    enable_ = add_action(*user, "enable", "Let a disabled user in again");
    list_ = user->add_subcommand("list", "Name, identity and state of all users");
    return *user;
  }

  int run(const std::optional<config::Config>& config) override {
    if (!config) {
      std::cerr << "token_server user: expected --config FILE: it says where the database is\n";
      return config::kExitBadConfig;
    }
    const auto done = run_with(config->token_server);
    if (done) return config::kExitOk;
    std::cerr << "token_server user: " << done.error().message << "\n";
    return done.error().code == Errc::invalid_argument ? config::kExitBadConfig : config::kExitFailure;
  }

 private:
  CLI::App* add_action(CLI::App& user, const char* name, const char* description) {
    auto* action = user.add_subcommand(name, description);
    action->add_option("NAME", name_, "The user's name")->required();
    return action;
  }

  Result<void> run_with(const config::TokenServer& settings) {
    // First of all: nothing is changed that cannot be written down.
    auto audit = AuditLog::open(settings.audit_log, system_clock());
    if (!audit) return audit.error();
    const auto rights = os::OwnerRights::of(settings.database);  // until the database is closed
    if (!rights) return rights.error();
    database_ = std::filesystem::absolute(settings.database).string();
    const bool is_new = !std::filesystem::exists(database_);
    auto admin = UserAdmin::open(settings.database, system_clock(), audit->get());
    if (!admin) return admin.error();
    if (is_new) std::cerr << "token_server user: " << database_ << " is a new database: there was none\n";
    return act(**admin);
  }

  Result<void> act(UserAdmin& admin) {
    if (add_->parsed()) return add(admin);
    if (passwd_->parsed()) return change_password(admin);
    if (disable_->parsed()) return say(admin.disable(name_), "is disabled, and the sessions have ended");
    if (enable_->parsed()) return say(admin.enable(name_), "is enabled");
    return list(admin);
  }

  Result<void> add(UserAdmin& admin) {
    const std::string& identity = identity_.empty() ? name_ : identity_;
    if (auto fits = admin.check_new(name_, identity); !fits) return fits;
    const auto password = read_new_password(kStandardInput, std::cerr);
    if (!password) return password.error();
    return say(admin.add(name_, identity, *password), "is added");
  }

  Result<void> change_password(UserAdmin& admin) {
    if (auto known = admin.check_known(name_); !known) return known;
    const auto password = read_new_password(kStandardInput, std::cerr);
    if (!password) return password.error();
    return say(admin.set_password(name_, *password), "has a new password, and the sessions have ended");
  }

  Result<void> list(UserAdmin& admin) {
    const auto users = admin.list();
    if (!users) return users.error();
    for (const User& user : *users)
      std::cout << user.name << "\t" << user.identity << "\t" << (user.disabled ? "disabled" : "enabled")
                << "\n";
    return {};
  }

  Result<void> say(Result<void> done, const char* what) {
    if (done) std::cout << "user " << std::quoted(name_) << " " << what << " (" << database_ << ")\n";
    return done;
  }

  CLI::App* add_ = nullptr;
  CLI::App* passwd_ = nullptr;
  CLI::App* disable_ = nullptr;
  CLI::App* enable_ = nullptr;
  CLI::App* list_ = nullptr;
  std::string database_;  ///< absolute: a relative one starts where the command was called
  std::string name_;
  std::string identity_;
};

}  // namespace

std::unique_ptr<Command> make_user_command() { return std::make_unique<UserCommand>(); }

}  // namespace parley::token_server
