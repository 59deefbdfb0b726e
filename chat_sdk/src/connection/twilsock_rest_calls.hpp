#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/timers.hpp"
#include "common/base/backoff.hpp"
#include "common/protocol/twilsock/client_machine.hpp"

namespace parley::detail {

/// REST calls through the socket: a 202 is followed to its resource, a busy service is asked again. Writes
/// carry a mutation id and so may be repeated safely.
class TwilsockRestCalls final : public RestCalls {
 public:
  TwilsockRestCalls(Context& context, Timers& timers, twilsock::ClientMachine& machine, Duration timeout);

  void get(std::string_view url, http::Fields params, Done<http::Response> done) override;
  void post(std::string_view url, std::string body, Done<http::Response> done) override;
  void remove(std::string_view url, Done<http::Response> done) override;
  /// For what makes sense on the present connection only: never sent again on the next one.
  void post_once(std::string_view url, std::string body, Done<http::Response> done);

  void on_done(twilsock::RequestId id, Result<http::Response> outcome);

 private:
  struct Call {
    twilsock::OutgoingRequest request;
    Done<http::Response> done;
    Backoff backoff;         ///< of a busy service
    bool follow_up = false;  ///< of a 202: its own 202 would lead in a circle
  };

  Call make(std::string_view url, http::Request request, bool repeatable, Done<http::Response> done) const;
  Call make_get(std::string_view url, http::Fields params, Done<http::Response> done) const;
  void write(std::string method, std::string_view url, std::string body, Done<http::Response> done);
  void start(Call call);
  bool ask_again(Call& call, const http::Response& response);
  void complete(Call call, Result<http::Response> outcome);

  Context& context_;
  Timers& timers_;
  twilsock::ClientMachine& machine_;
  Duration timeout_;
  std::unordered_map<twilsock::RequestId, Call> calls_;
};

}  // namespace parley::detail
