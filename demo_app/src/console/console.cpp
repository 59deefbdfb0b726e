#include "demo_app/src/console/console.hpp"

#include <boost/asio/use_future.hpp>
#include <iostream>

#include "demo_app/src/console/format.hpp"

namespace parley::demo {
namespace {

using boost::asio::use_future;

constexpr auto kSendPatience = std::chrono::seconds(5);

// One branch per kind of command.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string unread_note(const Unread& unread) {
  if (unread.count == 0) return "";
  return "  (" + std::string(unread.exact ? "" : "about ") + std::to_string(unread.count) + " unread)";
}

}  // namespace

Console::Console(Client& client, std::istream& in, std::ostream& out) : client_(client), in_(in), out_(out) {
  events_ = client_.on_event([this](const Event& event) { on_event(event); });
}

void Console::print(const std::string& line) {
  const std::lock_guard lock(mutex_);
  out_ << line << std::endl;
}

Channel Console::current() {
  const std::lock_guard lock(mutex_);
  return current_;
}

template <class T>
std::optional<T> Console::wait(std::future<Result<T>> future) {
  auto outcome = future.get();
  if (outcome) return std::move(*outcome);
  print("! " + printable(outcome.error().to_string()));
  return std::nullopt;
}

bool Console::wait(std::future<Result<void>> future) {
  const auto outcome = future.get();
  if (!outcome) print("! " + printable(outcome.error().to_string()));
  return outcome.has_value();
}

int Console::run() {
  print("connecting ...");
  const bool connected = wait(client_.async_connect(use_future));
  if (connected) read_commands();
  client_.async_close(use_future).get();  // behind the last event: nothing calls this object any more
  return connected ? 0 : 1;
}

void Console::read_commands() {
  print("you are " + printable(client_.identity()) + ". /help lists the commands.");
  list_channels();
  std::string line;
  while (std::getline(in_, line))
    if (!handle(parse_command(line))) break;
  wait(client_.async_flush(kSendPatience, use_future));
}

bool Console::handle(const Command& command) {
  bool go_on = true;
  const auto open = [this](std::future<Result<Channel>> future) {
    if (const auto channel = wait(std::move(future))) go_to(*channel);
  };
  std::visit(Overloaded{
                 [&](const Say& say_it) { say(say_it); },
                 [&](const Create& create) {
                   open(client_.async_create_group_channel({create.name, create.description}, use_future));
                 },
                 [&](const Join& join) { open(client_.async_join_channel(join.name, use_future)); },
                 [&](const Chat& chat) { open(client_.async_direct_channel(chat.peer, "", use_future)); },
                 [&](const Go& go) { open(client_.async_channel(go.name, use_future)); },
                 [&](const Invite& invite) {
                   if (wait(current().async_invite(invite.identity, use_future)))
                     print("invited " + invite.identity);
                 },
                 [&](const History& history) {
                   show_history({.page_size = static_cast<std::size_t>(history.messages)});
                 },
                 [&](const Older&) { older_ ? show_history(*older_) : print("that is the beginning"); },
                 [&](const ListChannels&) { list_channels(); },
                 [&](const ListMembers&) { list_members(); },
                 [&](const MarkRead&) { mark_read(current()).wait_for(kSendPatience); },
                 [&](const Leave&) {
                   if (wait(current().async_leave(use_future))) print("left");
                 },
                 [&](const ShowStatus&) { on_status(client_.status()); },
                 [&](const Help&) { print(std::string(command_help())); },
                 [&](const Quit&) { go_on = false; },
                 [&](const Nothing&) {},
                 [&](const Bad& bad) { print("! " + printable(bad.reason)); },
             },
             command);
  return go_on;
}

void Console::say(const Say& command) {
  const Channel channel = current();
  if (channel.sid().empty()) return print("! no channel yet: /create, /join or /chat first");
  const auto outcome = std::make_shared<std::promise<void>>();
  channel.async_send_message({command.text}, [this, outcome](const Result<Message>& sent) {
    if (!sent) print("! not sent: " + printable(sent.error().to_string()));
    outcome->set_value();
  });
  if (outcome->get_future().wait_for(kSendPatience) == std::future_status::timeout)
    print("~ not sent yet; it will be when the connection is back");
}

void Console::go_to(const Channel& channel) {
  {
    const std::lock_guard lock(mutex_);
    current_ = channel;
    older_.reset();
  }
  const auto state = channel.state();
  print("now in " + title(*state) + (state->description.empty() ? "" : ": " + printable(state->description)));
  show_history({.page_size = 10});
  mark_read(channel);
}

// Shown at once; the service hears of it when there is a connection, which is what the future waits for.
std::future<void> Console::mark_read(const Channel& channel) {
  const auto arrived = std::make_shared<std::promise<void>>();
  channel.async_set_all_read([arrived](const Result<Unread>&) { arrived->set_value(); });
  return arrived->get_future();
}

void Console::list_channels() {
  const auto channels = client_.channels();
  if (channels.empty()) print("no channels yet: /create NAME, /join NAME or /chat PERSON");
  for (const auto& channel : channels) {
    const auto state = channel.state();
    print((channel == current() ? "* " : "  ") + title(*state) + unread_note(state->unread));
  }
}

void Console::list_members() {
  const auto state = current().state();
  for (const auto& member : *state->members) {
    const bool up_to_date = member.last_read_index && member.last_read_index == state->last_message_index;
    print("  " + printable(member.identity) + (up_to_date ? "  (has read everything)" : ""));
  }
}

void Console::show_history(GetMessages query) {
  const auto page = wait(current().async_get_messages(query, use_future));
  if (!page) return;
  older_ = page->older;
  for (const auto& message : page->messages) print("  " + format_message(message));
}

void Console::on_event(const Event& event) {
  std::visit(
      Overloaded{
          [&](const MessageAdded& added) { on_message(added); },
          [&](const ConnectionChanged& changed) { on_status(changed.status); },
          [&](const CacheRestored&) {
            if (!client_.channels().empty()) list_channels();
          },
          [&](const CacheFailed& failed) { print("! " + printable(failed.error.to_string())); },
          [&](const ChannelJoined& joined) { print("+ you are in " + title(*joined.channel.state())); },
          [&](const ChannelLeft& left) { print("- you are no longer in " + title(*left.channel.state())); },
          [&](const MemberJoined& joined) {
            print("+ " + printable(joined.member.identity) + " joined " + title(*joined.channel.state()));
          },
          [&](const MemberLeft& left) {
            print("- " + printable(left.member.identity) + " left " + title(*left.channel.state()));
          },
          [&](const auto&) {},
      },
      event);
}

void Console::on_message(const MessageAdded& added) {
  const bool here = added.channel == current();
  print((here ? "  " : title(*added.channel.state()) + " ") + format_message(added.message));
  if (here) added.channel.async_set_read(added.message.index, [](const Result<Unread>&) {});
}

void Console::on_status(const ConnectionStatus& status) {
  std::string line = "~ " + std::string(to_string(status.state));
  if (status.reason) line += ": " + printable(status.reason->to_string());
  if (status.retry_in) line += "; next try in " + std::to_string(status.retry_in->count()) + " ms";
  print(line);
}

}  // namespace parley::demo
