#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "chat_service/program/administer.hpp"
#include "chat_service/program/command.hpp"
#include "chat_service/src/transfer/listing.hpp"
#include "common/config/command_line.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

int print(const char* command, const Result<Lines>& lines) {
  if (!lines) return fail(command, lines.error());
  for (const auto& line : *lines) std::cout << line << "\n";
  return config::kExitOk;
}

void add_service(CLI::App& command, std::string& service) {
  command.add_option("--service", service, "Of this service only (IS...)")->type_name("SID");
}

class UserCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* user = program.add_subcommand("user", "The people that the service knows");
    user->require_subcommand(1);
    add_service(*(list_ = user->add_subcommand("list", "One line of JSON each")), service_);
    blocked_ = add_action(*user, "blocked", "Whom a user has blocked, one line of JSON each");
    block_ = add_action(*user, "block", "Block somebody for a user, who then cannot be reached by it");
    unblock_ = add_action(*user, "unblock", "Take a block back");
    for (auto* action : {block_, unblock_})
      action->add_option("BLOCKED", other_, "Identity of the other one")->required();
    return *user;
  }

  int run(const Place& place) override {
    const auto rights = os::OwnerRights::of(place.database);
    if (!rights) return fail("user", rights.error());
    if (list_->parsed()) return print("user list", list_users(place.database, service_));
    const bool on = block_->parsed();
    const char* command = blocked_->parsed() ? "user blocked" : on ? "user block" : "user unblock";
    const auto name = find_user(place.database, service_, identity_);
    if (!name) return fail(command, name.error());
    if (blocked_->parsed()) return print(command, list_blocks(place.database, *name));
    const AdminCall call{.service_sid = name->service_sid, .action = ChangeBlock{identity_, other_, on}};
    if (auto done = administer(place.database, call); !done) return fail(command, done.error());
    std::cout << (on ? "blocked" : "not blocked any more") << std::endl;
    return config::kExitOk;
  }

 private:
  CLI::App* add_action(CLI::App& user, const char* name, const char* description) {
    auto* action = user.add_subcommand(name, description);
    action->add_option("IDENTITY", identity_, "Of the user")->required();
    add_service(*action, service_);
    return action;
  }

  CLI::App* list_ = nullptr;
  CLI::App* blocked_ = nullptr;
  CLI::App* block_ = nullptr;
  CLI::App* unblock_ = nullptr;
  std::string service_;
  std::string identity_;
  std::string other_;
};

class ChannelCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* channel = program.add_subcommand("channel", "Channels: conversations");
    channel->require_subcommand(1);
    add_service(*(list_ = channel->add_subcommand("list", "One line of JSON each")), service_);
    show_ = add_action(*channel, "show", "A channel, then its participants, one line of JSON each");
    delete_ =
        add_action(*channel, "delete",
                   "Delete a channel with everything in it; a running service does it and tells its clients");
    return *channel;
  }

  int run(const Place& place) override {
    const auto rights = os::OwnerRights::of(place.database);
    if (!rights) return fail("channel", rights.error());
    if (list_->parsed()) return print("channel list", list_channels(place.database, service_));
    if (show_->parsed()) return print("channel show", show_channel(place.database, service_, channel_));
    const auto name = find_channel(place.database, service_, channel_);
    if (!name) return fail("channel delete", name.error());
    if (auto done = delete_channel(place.database, *name); !done) return fail("channel delete", done.error());
    std::cout << "channel " << name->sid << " is deleted" << std::endl;
    return config::kExitOk;
  }

 private:
  CLI::App* add_action(CLI::App& channel, const char* name, const char* description) {
    auto* action = channel.add_subcommand(name, description);
    action->add_option("CHANNEL", channel_, "SID or unique name")->required();
    add_service(*action, service_);
    return action;
  }

  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* delete_ = nullptr;
  std::string service_;
  std::string channel_;
};

class ClockCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* clock = program.add_subcommand("clock", "The time by which old messages are removed");
    clock->require_subcommand(1);
    clock->add_subcommand("accept", "Go by the clock as it is now, although it has jumped ahead");
    return *clock;
  }

  int run(const Place& place) override {
    const auto rights = os::OwnerRights::of(place.database);
    if (!rights) return fail("clock accept", rights.error());
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(place.database, ignored))
      return fail("clock accept", {.code = Errc::storage_error,
                                   .message = "database: " + place.database + ": there is no such file"});
    if (auto done = administer(place.database, {.action = AcceptClock()}); !done)
      return fail("clock accept", done.error());
    std::cout << "the clock is accepted" << std::endl;
    return config::kExitOk;
  }
};

}  // namespace

std::unique_ptr<Command> make_clock_command() { return std::make_unique<ClockCommand>(); }
std::unique_ptr<Command> make_user_command() { return std::make_unique<UserCommand>(); }
std::unique_ptr<Command> make_channel_command() { return std::make_unique<ChannelCommand>(); }

}  // namespace parley::chat_service
