#include "chat_service/program/transfer_command.hpp"

#include <CLI/CLI.hpp>

#include "common/config/command_line.hpp"

namespace parley::chat_service {

CLI::App& TransferCommand::add_to(CLI::App& program) {
  auto* command = program.add_subcommand(description_.name, description_.text);
  file_option_ = command->add_option("FILE", file_, description_.file)->required();
  command->add_option("--media", media_, "A directory for the files of media")->type_name("DIR");
  command->footer(
      "Exit status: 0 done, 1 failed, 2 bad options; 129, 130 or 143 after SIGHUP, SIGINT or SIGTERM.");
  return *command;
}

int TransferCommand::run(const Place& place) {
  LongRun run(description_.name);
  const auto code = work(place, run);
  return code ? *code : run.fail(code.error());
}

Result<int> TransferCommand::copy_media(const std::string& database, const std::string& from,
                                        const std::string& to, LongRun& run) {
  const auto copy = copy_blobs(database, from, to, run.on_progress());
  if (!copy) return copy.error();
  run.remark("media: " + std::to_string(copy->copied) + " copied, " + std::to_string(copy->present) +
             " there already, " + std::to_string(copy->missing) + " missing in " + from);
  return config::kExitOk;
}

}  // namespace parley::chat_service
