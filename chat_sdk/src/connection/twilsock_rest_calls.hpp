#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/connection/request_gate.hpp"
#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/timers.hpp"
#include "common/base/backoff.hpp"
#include "common/protocol/twilsock/client_machine.hpp"

namespace parley::detail {

/// REST calls through the socket: they pass the gate, a 202 is followed to its resource, a busy service is
/// asked again. Writes carry a mutation id and so may be repeated safely. A call ends within `timeout`,
/// waiting at the gate included.
class TwilsockRestCalls final : public RestCalls {
 public:
  TwilsockRestCalls(Context& context, Timers& timers, twilsock::ClientMachine& machine, Duration timeout);

  void send(RestRequest request, Done<http::Response> done) override;
  /// For what makes sense on the present connection only: never sent on the next one.
  void post_once(std::string_view url, std::string body, Done<http::Response> done);

  void on_done(twilsock::RequestId id, Result<http::Response> outcome);
  void on_time();
  /// The connection is lost: calls of post_once() that were not sent yet fail, because they are of no use on
  /// the next.
  void on_disconnected();
  /// Whatever was not sent yet ends.
  void fail_queued(const Error& reason);

  /// Hands over what may be sent now; true if there was something.
  bool hand_over();
  std::optional<TimePoint> next_deadline() const;

 private:
  using CallId = RequestGate::Id;
  struct Call {
    std::string host;
    http::Request request;
    bool background = false;
    Done<http::Response> done;
    TimePoint deadline{};
    TimePoint queued{};
    std::optional<TimePoint> sent{};  ///< last
    bool once = false;
    bool repeatable = false;
    bool follow_up = false;          ///< of a 202: its own 202 would lead in a circle
    std::optional<Error> refusal{};  ///< why it waits at the gate again
    Backoff backoff;                 ///< of a busy service
  };
  using Calls = std::map<CallId, Call>;

  Call make(RestRequest request, Done<http::Response> done) const;
  void submit(Call call);
  void give_to_machine(CallId id, Call& call);
  bool ask_again(Calls::iterator at, const http::Response& response);
  void on_refused(Calls::iterator at, const http::Response& response);
  void follow(Calls::iterator at, const std::string& url);
  void log_answer(const Call& call, const Result<http::Response>& outcome) const;
  void log_wait(std::string_view event, const Call& call, int status, Duration wait) const;
  void finish(Calls::iterator at, Result<http::Response> outcome);
  void fail_where(const Error& reason, bool once_only);

  Context& context_;
  Timers& timers_;
  twilsock::ClientMachine& machine_;
  Duration timeout_;
  RequestGate gate_;
  Calls calls_;
  std::unordered_map<twilsock::RequestId, CallId> sent_;
  std::set<std::pair<TimePoint, CallId>> deadlines_;  // of calls that the machine does not have
  CallId last_id_ = 0;
};

}  // namespace parley::detail
