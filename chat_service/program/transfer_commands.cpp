#include <fstream>
#include <iostream>

#include "chat_service/program/transfer_command.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "chat_service/src/transfer/partial_file.hpp"
#include "common/config/command_line.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

class ExportCommand final : public TransferCommand {
 public:
  ExportCommand()
      : TransferCommand({"export", "Write everything as lines of JSON", "Where to; - is standard output"}) {}

 private:
  Result<int> work(const Place& place, LongRun& run) override {
    const auto rows = file_ == "-" ? to_standard_output(place, run) : to_file(place, run);
    if (!rows) return rows.error();
    run.remark(std::to_string(*rows) + " rows exported");
    if (!has_media()) return config::kExitOk;
    return copy_media(place.database, place.media_directory, media_, run);
  }

  static Result<std::uint64_t> to_standard_output(const Place& place, LongRun& run) {
    const auto write = [](std::string_view text) -> Result<void> {
      if (std::cout << text << std::flush) return {};
      return Error{.code = Errc::storage_error, .message = "standard output cannot be written"};
    };
    return export_database(place.database, write, run.on_progress());
  }

  Result<std::uint64_t> to_file(const Place& place, LongRun& run) const {
    auto file = PartialFile::make(file_);
    if (!file) return file.error();
    const auto write = [&file](std::string_view text) { return file->write(text); };
    auto rows = export_database(place.database, write, run.on_progress());
    if (!rows) return rows;
    if (auto kept = file->keep(); !kept) return kept.error();
    return rows;
  }
};

class ImportCommand final : public TransferCommand {
 public:
  ImportCommand()
      : TransferCommand({"import", "Read what export wrote, into a database that is missing or empty",
                         "Where from; - is standard input"}) {}

 private:
  Result<int> work(const Place& place, LongRun& run) override {
    std::ifstream file;
    if (file_ != "-") file.open(file_, std::ios::binary);
    if (!file) return unreadable();
    const auto rights = os::OwnerRights::of(place.database);  // what is made is the service's user's
    if (!rights) return rights.error();
    const auto rows = import_database(place.database, file_ == "-" ? std::cin : file, run.on_progress());
    if (!rows) return rows.error();
    run.remark(std::to_string(*rows) + " rows imported");
    if (has_media()) return copy_media(place.database, media_, place.media_directory, run);
    return tell_of_missing(place, run);
  }

  Error unreadable() const {
    return {.code = Errc::storage_error,
            .message = file_ + ": it cannot be read; expected a file that `export` wrote"};
  }

  static Result<int> tell_of_missing(const Place& place, LongRun& run) {
    const auto media = check_blobs(place.database, place.media_directory, run.on_progress());
    if (!media) return media.error();
    if (!media->violations.empty())
      run.remark("media: " + std::to_string(media->violations.size()) + " files of messages are missing in " +
                 place.media_directory + ": copy there what `export --media DIR` put into DIR");
    return config::kExitOk;
  }
};

}  // namespace

std::unique_ptr<Command> make_export_command() { return std::make_unique<ExportCommand>(); }
std::unique_ptr<Command> make_import_command() { return std::make_unique<ImportCommand>(); }

}  // namespace parley::chat_service
