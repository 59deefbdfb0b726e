// The C++ SDK on a line protocol, so that tests in other languages can talk to it: commands on stdin, one
// JSON object per line on stdout. See README.md beside tests/conformance/official_js.

#include <CLI/CLI.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>

#include <parley/parley.hpp>

namespace {

using namespace parley;
using boost::asio::use_future;
using Json = nlohmann::ordered_json;

class Peer {
 public:
  Peer(Client& client, std::ostream& out) : client_(client), out_(out) {
    events_ = client_.on_event([this](const Event& event) { on_event(event); });
  }

  void run(std::istream& in) {
    if (!answer(client_.async_connect(use_future).get())) return;
    std::string line;
    while (std::getline(in, line)) obey(line);
    events_.reset();
    client_.async_close(use_future).get();
  }

 private:
  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string command, name, rest;
    words >> command >> name;
    std::getline(words >> std::ws, rest);
    if (command == "create")
      return report(client_.async_create_group_channel({name, rest}, use_future).get());
    if (command == "join") return report(client_.async_join_channel(name, use_future).get());
    if (command == "private") return report(client_.async_direct_channel(name, rest, use_future).get());
    if (command == "block") return confirm(client_.async_block(name, use_future).get());
    if (command == "unblock") return confirm(client_.async_unblock(name, use_future).get());
    const auto channel = client_.async_channel(name, use_future).get();
    if (!channel) return print(failure(channel.error()));
    if (command == "send") return report(channel->async_send_message({rest}, use_future).get());
    if (command == "invite") return report(channel->async_invite(rest, use_future).get());
    if (command == "read") return report(channel->async_set_all_read(use_future).get());
    print({{"ok", false}, {"error", "unknown command " + command}});
  }

  static Json describe(const Channel& channel) {
    return {{"sid", channel.sid()}, {"channel", channel.name()}};
  }
  static Json describe(const Message& message) { return {{"sid", message.sid}, {"index", message.index}}; }
  static Json describe(const Member& member) { return {{"identity", member.identity}}; }
  static Json describe(const Unread& unread) { return {{"unread", unread.count}}; }
  static Json failure(const Error& error) { return {{"ok", false}, {"error", error.to_string()}}; }

  template <class T>
  void report(const Result<T>& outcome) {
    if (!outcome) return print(failure(outcome.error()));
    Json line{{"ok", true}};
    line.update(describe(*outcome));
    print(line);
  }

  void confirm(const Result<void>& outcome) {
    print(outcome ? Json{{"ok", true}} : failure(outcome.error()));
  }

  bool answer(const Result<void>& outcome) {
    print(outcome ? Json{{"ok", true}, {"identity", client_.identity()}} : failure(outcome.error()));
    return outcome.has_value();
  }

  void on_event(const Event& event) {
    if (const auto* added = std::get_if<MessageAdded>(&event))
      print({{"event", "message"},
             {"channel", added->channel.name()},
             {"author", added->message.author},
             {"body", added->message.text},
             {"attributes", added->message.attributes},
             {"index", added->message.index}});
    if (const auto* joined = std::get_if<ChannelJoined>(&event))
      print({{"event", "joined"}, {"channel", joined->channel.name()}, {"sid", joined->channel.sid()}});
    if (const auto* updated = std::get_if<MemberUpdated>(&event))
      print({{"event", "member"},
             {"identity", updated->member.identity},
             {"last_read_index", updated->member.last_read_index.value_or(-1)}});
  }

  void print(const Json& line) {
    const std::lock_guard lock(mutex_);  // events come on the runtime's thread
    out_ << line.dump() << std::endl;
  }

  Client& client_;
  std::ostream& out_;
  std::mutex mutex_;
  Subscription events_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string url, token;
  CLI::App app("The C++ SDK on a line protocol, for tests in other languages.");
  app.add_option("--url", url, "WebSocket URL of the service")->required();
  app.add_option("--token", token, "access token")->required();
  CLI11_PARSE(app, argc, argv);

  Runtime runtime;
  Client client(runtime, {.endpoint = Endpoint::service(url), .tokens = fixed_token(token)});
  Peer(client, std::cout).run(std::cin);
}
