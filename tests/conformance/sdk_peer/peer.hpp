#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <parley/parley.hpp>

#include "tests/conformance/sdk_peer/describe.hpp"

namespace parley::sdk_peer {

/// Obeys commands, one per line, and prints one JSON object per line: the replies in the order of the
/// commands, and events as they come.
class Peer {
 public:
  Peer(Client& client, std::ostream& out);

  /// Obeys until the end of `in`, or until the client is refused when it connects at once.
  void run(std::istream& in, bool connect_at_once);

 private:
  using Reply = std::function<void(Json)>;

  /// False: the command failed.
  bool obey(const std::string& line);
  /// Replies at once; the outcome is an event.
  void obey_later(const std::string& line);

  void start(const std::string& line, Reply reply);
  bool start_on_client(const std::string& command, std::istream& words, const Reply& reply);
  bool start_on_channel(const std::string& command, const Channel& channel, std::istream& words,
                        const Reply& reply);

  /// A channel by name or SID. It stays known after this user has left it.
  Result<Channel> find(const std::string& name);
  void tell_present_state(const Reply& reply);
  void read_page(const Channel& channel, const std::optional<GetMessages>& query, const Reply& reply);
  void send_files(const Channel& channel, std::istream& words, const Reply& reply);
  /// Sends a file and cancels that when the first part of it is on its way.
  void cancel_file(const Channel& channel, std::istream& words, const Reply& reply);

  void print(const Json& line);

  Client& client_;
  std::ostream& out_;
  std::mutex mutex_;  // events come on the runtime's thread
  std::map<std::string, Channel> known_;
  std::optional<GetMessages> older_, newer_;  // of the last page
  Subscription events_, listener_;
};

}  // namespace parley::sdk_peer
