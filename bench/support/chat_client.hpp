#pragma once

#include "bench/support/twilsock_wire.hpp"

namespace parley::bench {

/// A raw client that can do what the measurements need, one thing after the other or many at once.
class ChatClient : public TwilsockWire {
 public:
  ChatClient(Loop& loop, std::uint16_t port, const std::string& identity, int source = 1);

  const std::string& identity() const { return identity_; }
  /// Waits for init, for answers, for all answers.
  void await_ready();
  std::string ask(std::string_view method, const std::string& path, const std::string& body = "",
                  const std::string& params = "{}");
  void await_answers();
  /// Does not wait; fails if the answer is not 2xx.
  void tell(std::string_view method, const std::string& path, const std::string& body = "");

  /// SID of a new conversation with this client and `others` in it. Waits.
  std::string make_conversation(const std::vector<std::string>& others = {});

  /// What the official client does before it is ready: configuration, own user, the list of conversations,
  /// their documents, rosters and message lists, then one batch of subscriptions. Does not wait.
  void log_in();
  bool logged_in() const { return logged_in_; }
  const std::vector<std::string>& conversations() const { return conversations_; }
  std::size_t notifications() const { return notifications_; }

 protected:
  void on_notification(std::string_view packet) override;

 private:
  void open(const std::string& path, const char* type);
  void read_conversations(std::string_view page);
  void one_opened();
  void subscribe();

  Loop& loop_;
  std::string identity_;
  std::vector<std::string> conversations_;  // SIDs
  std::vector<std::pair<std::string, const char*>> objects_;
  std::size_t opening_ = 0, established_ = 0, notifications_ = 0;
  bool subscribed_ = false;
  bool logged_in_ = false;
};

std::string service_path();  ///< "/Client/v2/Services/IS..."

/// All values of the string member `name` in a text, in order.
std::vector<std::string> members(std::string_view json, std::string_view name);

}  // namespace parley::bench
