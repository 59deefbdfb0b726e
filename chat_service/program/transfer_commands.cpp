#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "chat_service/program/command.hpp"
#include "chat_service/src/store/database_lock.hpp"
#include "chat_service/src/transfer/backup.hpp"
#include "chat_service/src/transfer/blob_copy.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "common/config/command_line.hpp"

namespace parley::chat_service {
namespace {

/// A command with a file, and a directory for the files of media.
class TransferCommand : public Command {
 protected:
  CLI::App& add(CLI::App& program, const char* name, const char* description, const char* file) {
    auto* command = program.add_subcommand(name, description);
    file_option_ = command->add_option("FILE", file_, file);
    media_option_ =
        command->add_option("--media", media_, "A directory for the files of media")->type_name("DIR");
    return *command;
  }
  bool has_media() const { return !media_.empty(); }

  int report_copy(const char* command, const Result<BlobCopy>& copy) const {
    if (!copy) return fail(command, copy.error());
    std::cerr << "media: " << copy->copied << " copied, " << copy->present << " there already, "
              << copy->missing << " missing" << std::endl;
    return config::kExitOk;
  }

  CLI::Option* file_option_ = nullptr;
  CLI::Option* media_option_ = nullptr;
  std::string file_;
  std::string media_;
};

class ExportCommand final : public TransferCommand {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto& command =
        add(program, "export", "Write everything as lines of JSON", "Where to; - is standard output");
    file_option_->required();
    return command;
  }

  int run(const Place& place) override {
    const auto rows = file_ == "-" ? export_database(place.database, std::cout) : to_file(place);
    if (!rows) return fail("export", rows.error());
    std::cerr << *rows << " rows exported" << std::endl;
    if (!has_media()) return config::kExitOk;
    return report_copy("export", copy_blobs(place.database, place.media_directory, media_));
  }

 private:
  Result<std::uint64_t> to_file(const Place& place) const {
    std::error_code ignored;
    if (std::filesystem::exists(file_, ignored))
      return Error{.code = Errc::storage_error, .message = file_ + " is there already"};
    std::ofstream out(file_, std::ios::binary);
    if (!out) return Error{.code = Errc::storage_error, .message = file_ + ": cannot be written"};
    return export_database(place.database, out);
  }
};

class ImportCommand final : public TransferCommand {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto& command = add(program, "import", "Read what export wrote, into a database that is missing or empty",
                        "Where from; - is standard input");
    file_option_->required();
    return command;
  }

  int run(const Place& place) override {
    const auto rows = file_ == "-" ? import_database(place.database, std::cin) : from_file(place);
    if (!rows) return fail("import", rows.error());
    std::cerr << *rows << " rows imported" << std::endl;
    if (!has_media()) return config::kExitOk;
    return report_copy("import", copy_blobs(place.database, media_, place.media_directory));
  }

 private:
  Result<std::uint64_t> from_file(const Place& place) const {
    std::ifstream in(file_, std::ios::binary);
    if (!in) return Error{.code = Errc::storage_error, .message = file_ + ": cannot be read"};
    return import_database(place.database, in);
  }
};

class BackupCommand final : public TransferCommand {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto& command =
        add(program, "backup", "Copy the database, while the service runs or not, and check the copy",
            "The copy, which must not exist yet");
    file_option_->required();
    return command;
  }

  int run(const Place& place) override {
    if (auto done = backup_database(place.database, file_); !done) return fail("backup", done.error());
    std::cout << "backup " << file_ << " is complete and checked" << std::endl;
    if (!has_media()) return config::kExitOk;
    return report_copy("backup", copy_blobs(file_, place.media_directory, media_));
  }
};

class CheckCommand final : public TransferCommand {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto& command = add(program, "check", "Look for what must not be in the database and the files of media",
                        "The database, if not that of the configuration");
    command.footer("Exit status: 0 all is well, 1 it is not, or it could not be read.");
    return command;
  }

  int run(const Place& place) override {
    const std::string& database = file_.empty() ? place.database : file_;
    const std::string& media = file_.empty() && media_.empty() ? place.media_directory : media_;
    auto found = check_database(database);
    if (!found) return fail("check", found.error());
    if (!media.empty()) {
      const auto blobs = check_blobs(database, media);
      if (!blobs) return fail("check", blobs.error());
      found->insert(found->end(), blobs->violations.begin(), blobs->violations.end());
      // A running service will remove them by itself.
      if (!DatabaseLock::is_taken(database))
        found->insert(found->end(), blobs->strays.begin(), blobs->strays.end());
    }
    for (const auto& violation : *found) std::cout << violation << "\n";
    std::cout << database << ": " << (found->empty() ? "ok" : "not ok") << std::endl;
    return found->empty() ? config::kExitOk : config::kExitFailure;
  }
};

}  // namespace

std::unique_ptr<Command> make_export_command() { return std::make_unique<ExportCommand>(); }
std::unique_ptr<Command> make_import_command() { return std::make_unique<ImportCommand>(); }
std::unique_ptr<Command> make_backup_command() { return std::make_unique<BackupCommand>(); }
std::unique_ptr<Command> make_check_command() { return std::make_unique<CheckCommand>(); }

}  // namespace parley::chat_service
