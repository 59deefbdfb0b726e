#include <CLI/CLI.hpp>
#include <iostream>

#include "chat_service/program/transfer_command.hpp"
#include "chat_service/src/store/database_lock.hpp"
#include "chat_service/src/transfer/backup.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/restore.hpp"
#include "common/config/command_line.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

class BackupCommand final : public TransferCommand {
 public:
  BackupCommand()
      : TransferCommand({"backup", "Copy the database, while the service runs or not, and check the copy",
                         "The copy, which must not exist yet"}) {}

 private:
  Result<int> work(const Place& place, LongRun& run) override {
    if (auto done = backup_database(place.database, file_, run.on_progress()); !done) return done.error();
    run.clear();
    std::cout << "backup " << file_ << " is complete and checked" << std::endl;
    if (!has_media()) return config::kExitOk;
    return copy_media(file_, place.media_directory, media_, run);
  }
};

class RestoreCommand final : public TransferCommand {
 public:
  RestoreCommand()
      : TransferCommand(
            {"restore",
             "Put a backup in the place of the database while no service runs; what is there gets "
             "another name",
             "What `backup` made"}) {}

 private:
  Result<int> work(const Place& place, LongRun& run) override {
    const auto rights = os::OwnerRights::of(place.database);  // what is made is the service's user's
    if (!rights) return rights.error();
    const auto replaced = restore_database(file_, place.database, run.on_progress());
    if (!replaced) return replaced.error();
    run.clear();
    std::cout << place.database << " is restored";
    if (!replaced->empty()) std::cout << "; what was there is " << *replaced << " now";
    std::cout << std::endl;
    if (!has_media()) return config::kExitOk;
    return copy_media(place.database, media_, place.media_directory, run);
  }
};

class CheckCommand final : public TransferCommand {
 public:
  CheckCommand()
      : TransferCommand({"check", "Look for what must not be in the database and the files of media",
                         "The database, if not that of the configuration"}) {}

  CLI::App& add_to(CLI::App& program) override {
    auto& command = TransferCommand::add_to(program);
    file_option_->required(false);
    command.footer(
        "Exit status: 0 all is well, 1 it is not, or it could not be read; 2 bad options; 129, 130 or 143 "
        "after "
        "SIGHUP, SIGINT or SIGTERM.");
    return command;
  }
  bool names_its_database() const override { return !file_.empty(); }

 private:
  Result<int> work(const Place& place, LongRun& run) override {
    const std::string& database = file_.empty() ? place.database : file_;
    const std::string& media = file_.empty() && media_.empty() ? place.media_directory : media_;
    auto found = check_database(database, run.on_progress());
    if (!found) return found.error();
    if (!media.empty()) {
      const auto blobs = check_blobs(database, media, run.on_progress());
      if (!blobs) return blobs.error();
      found->insert(found->end(), blobs->violations.begin(), blobs->violations.end());
      // A running service will remove them by itself.
      if (!DatabaseLock::is_taken(database))
        found->insert(found->end(), blobs->strays.begin(), blobs->strays.end());
    }
    return print(database, *found, run);
  }

  static int print(const std::string& database, const Violations& found, LongRun& run) {
    run.clear();
    for (const auto& violation : found) std::cout << violation << "\n";
    std::cout << database << ": " << (found.empty() ? "ok" : "not ok") << std::endl;
    return found.empty() ? config::kExitOk : config::kExitFailure;
  }
};

}  // namespace

std::unique_ptr<Command> make_backup_command() { return std::make_unique<BackupCommand>(); }
std::unique_ptr<Command> make_restore_command() { return std::make_unique<RestoreCommand>(); }
std::unique_ptr<Command> make_check_command() { return std::make_unique<CheckCommand>(); }

}  // namespace parley::chat_service
