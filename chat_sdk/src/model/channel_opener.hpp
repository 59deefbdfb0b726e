#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/channel_subscriptions.hpp"
#include "chat_sdk/src/model/hole_healer.hpp"
#include "chat_sdk/src/model/unread_counts.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

/// Opens channels: reads document, roster, message list and this user's own state, subscribes each, and hands
/// the complete channel to the registry. What fails is tried again as long as that may help. A channel that
/// the registry knows from the list of channels is completed in place.
///
///   state    | holds while                             | leaves by
///   ---------|-----------------------------------------|--------------------------------------------------
///   queued   | others are being opened                 | a free place -> document
///   document | the channel's document is being read    | read -> parts; failure -> waiting or forgotten
///   parts    | roster and messages are being read, at  | both complete -> history; failure, or a refused
///            | once, and the own state after the list  | subscription -> waiting or forgotten
///            | is subscribed                           |
///   history  | messages written since this user became | read, or nothing to read -> registry; failure ->
///            | a member are looked for                 | waiting or forgotten
///   waiting  | it failed and is to be tried again      | the back-off's end, retry_now(), open() -> queued
///
/// forget() leads out of every state, give_up() to waiting without a time. An answer to an attempt that has
/// ended is ignored.
class ChannelOpener {
 public:
  enum class State { queued, document, parts, history, waiting };
  /// How a channel is opened.
  struct Options {
    bool announce = false;    ///< with a ChannelJoined event
    bool background = false;  ///< after all that somebody waits for
    bool new_member =
        false;  ///< this user has just become one: messages since then are told, the newest 100 at most
  };

  ChannelOpener(const ServiceAccess& service, ChannelSubscriptions& subscriptions, ChannelRegistry& registry,
                UnreadCounts& unread, HoleHealer& healer, MakeRecord make_record);

  /// Completes when the channel is open, at once if it is. Who asks for a channel that is queued in the
  /// background brings it to the front.
  void open(const std::string& sid, Options options, Done<RecordPtr> done);
  /// As open(), for a channel of the registry; another is Errc::not_found.
  void open_known(const std::string& sid, Done<RecordPtr> done);
  /// This user is no member any more: whoever waits for the channel is told.
  void forget(const std::string& sid, const Error& reason);
  /// Nothing if the channel is not being opened.
  std::optional<State> state(const std::string& sid) const;

  /// The channel's messages are followed: only now is it known which of them the service counts.
  void on_messages_established(const std::string& sid);
  /// A subscription of the channel was refused.
  void on_subscription_failed(const std::string& sid, const Error& error);

  /// Tries at once what waits for its next try.
  void retry_now();
  /// The connection was given up: whoever waits for a channel is told; retry_now() opens it again.
  void give_up(const Error& reason);

 private:
  using Part = ChannelSubscriptions::Part;
  struct Opening {
    State state = State::queued;
    int attempt = 0;
    Options options{};
    bool roster_read = false;
    std::set<std::string> roster_keys{};  ///< of the pages of the roster, while they are read
    bool own_state_read = false;
    RecordPtr record{};                          ///< null before the first attempt and while waiting
    std::optional<std::int64_t> last_message{};  ///< when the document was read
    WallTime last_message_at{};
    TimePoint heard_at{};  ///< the last answer of the attempt
    std::vector<Done<RecordPtr>> waiters{};
    Backoff backoff;
  };
  using Openings = std::map<std::string, Opening>;
  /// One attempt to open one channel.
  struct Attempt {
    std::string sid;
    int number;
  };
  using Decoded = std::function<void(Opening&, const http::Response&)>;

  void queue(const std::string& sid, Opening& opening);
  bool start_first_of(std::deque<std::string>& queue);
  void start_queued();
  void start(const std::string& sid, Opening& opening);
  void watch(const Attempt& attempt);
  /// A GET of an attempt: failures end the attempt, answers go to `then` unless the attempt has ended.
  void get(const Attempt& attempt, const std::string& url, http::Fields params, Decoded then);
  /// Reads a Sync object of the channel and subscribes it.
  void read_object(const Attempt& attempt, Part part, const std::string& url,
                   std::function<void(Opening&, const conversations::SyncObject&)> then);
  void read_document(const Attempt& attempt);
  void read_roster(const Attempt& attempt, const std::string& name);
  void read_roster_items(const Attempt& attempt, const std::string& from);
  void read_messages(const Attempt& attempt, const std::string& name);
  void read_own_state(const Attempt& attempt);
  void continue_if_read(const Attempt& attempt);
  bool may_miss_messages(const Opening& opening) const;
  void read_history(const Attempt& attempt);
  void complete(const Attempt& attempt);
  void fail(const Attempt& attempt, const Error& error);
  void end_attempt(Opening& opening);
  /// nullptr if the attempt has ended.
  Opening* current(const Attempt& attempt);

  Timers& timers_;
  RestCalls& rest_;
  ServiceUrls& urls_;
  ChannelSubscriptions& subscriptions_;
  ChannelRegistry& registry_;
  UnreadCounts& unread_;
  HoleHealer& healer_;
  MakeRecord make_record_;
  Openings openings_;
  std::deque<std::string> queue_, background_queue_;
  std::size_t running_ = 0;  // attempts that are neither queued nor waiting
  int last_attempt_ = 0;
};

}  // namespace parley::detail
