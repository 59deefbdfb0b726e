#pragma once
#include <gtest/gtest.h>

#include <list>
#include <string>

#include "chat_sdk/src/connection/rest_calls.hpp"

namespace parley::detail {

/// RestCalls whose answers the test gives, in whatever order it likes.
class FakeRest final : public RestCalls {
 public:
  void send(RestRequest request, Done<http::Response> done) override {
    calls_.push_back({std::move(request), std::move(done)});
  }

  /// True if `call`, a method and the end of an URL such as "GET /x", waits for its answer.
  bool waits(std::string_view call) const {
    return std::any_of(calls_.begin(), calls_.end(), [&](const Call& one) { return one.is(call); });
  }
  std::size_t waiting() const { return calls_.size(); }

  /// Answers the oldest such call with 200.
  void answer(std::string_view call, std::string body) {
    finish(call, http::Response{200, {}, std::move(body)});
  }
  void fail(std::string_view call, Error error) { finish(call, std::move(error)); }
  /// The oldest such call.
  RestRequest request(std::string_view call) const {
    for (const auto& one : calls_)
      if (one.is(call)) return one.request;
    ADD_FAILURE() << "nobody called " << call;
    return {};
  }

 private:
  struct Call {
    RestRequest request;
    Done<http::Response> done;

    bool is(std::string_view call) const {
      const auto blank = call.find(' ');
      return request.method == call.substr(0, blank) && request.url.ends_with(call.substr(blank + 1));
    }
  };

  void finish(std::string_view call, Result<http::Response> outcome) {
    for (auto at = calls_.begin(); at != calls_.end(); ++at) {
      if (!at->is(call)) continue;
      const auto done = std::move(at->done);
      calls_.erase(at);
      return done(std::move(outcome));
    }
    ADD_FAILURE() << "nobody called " << call;
  }

  std::list<Call> calls_;
};

}  // namespace parley::detail
