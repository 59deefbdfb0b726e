#include "chat_sdk/src/connection/twilsock_rest_calls.hpp"

#include "chat_sdk/src/connection/request_name.hpp"
#include "common/base/earliest.hpp"
#include "common/base/random.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {
namespace {

constexpr int kTooManyRequests = 429;
constexpr int kAttempts = 4;
constexpr BackoffSettings kBusyBackoff{std::chrono::seconds(1), std::chrono::seconds(8), 0.8, 1.2};

struct Split {
  std::string host;
  std::string path;
};

Split split_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const auto slash = std::min(url.find('/'), url.size());
  return {std::string(url.substr(0, slash)), std::string(url.substr(slash))};
}

Error not_in_time() {
  return {.code = Errc::timed_out, .message = "the request could not be sent within the time allowed"};
}

Error connection_lost() { return {.code = Errc::connection_lost, .message = "the connection was lost"}; }

}  // namespace

TwilsockRestCalls::TwilsockRestCalls(Context& context, Timers& timers, twilsock::ClientMachine& machine,
                                     Duration timeout)
    : context_(context), timers_(timers), machine_(machine), timeout_(timeout) {}

TwilsockRestCalls::Call TwilsockRestCalls::make(RestRequest request, Done<http::Response> done) const {
  auto [host, path] = split_url(request.url);
  http::Request made{
      std::move(request.method), std::move(path), std::move(request.params), {}, std::move(request.body)};
  return {.host = std::move(host),
          .request = std::move(made),
          .background = request.background,
          .done = std::move(done),
          .deadline = context_.now + timeout_,
          .queued = context_.now,
          .repeatable = request.repeatable,
          .backoff = Backoff(kBusyBackoff)};
}

void TwilsockRestCalls::send(RestRequest request, Done<http::Response> done) {
  std::string mutation_id = std::move(request.mutation_id);
  Call call = make(std::move(request), std::move(done));
  if (call.request.method == "GET") {
    call.request.headers = {{"Content-Type", "application/json"}};
  } else {
    if (mutation_id.empty()) mutation_id = random_uuid(context_.random);
    call.request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                            {"X-Twilio-Mutation-Id", std::move(mutation_id)}};
  }
  submit(std::move(call));
}

void TwilsockRestCalls::post_once(std::string_view url, std::string body, Done<http::Response> done) {
  Call call = make({.method = "POST", .url = std::string(url), .body = std::move(body)}, std::move(done));
  call.request.headers = {{"Content-Type", "application/json"}};
  call.once = true;
  submit(std::move(call));
}

void TwilsockRestCalls::submit(Call call) {
  const CallId id = ++last_id_;
  gate_.submit(id, call.background);
  deadlines_.emplace(call.deadline, id);
  calls_.emplace(id, std::move(call));
}

bool TwilsockRestCalls::hand_over() {
  bool any = false;
  for (; const auto id = gate_.next(context_.now); any = true) give_to_machine(*id, calls_.at(*id));
  return any;
}

void TwilsockRestCalls::give_to_machine(CallId id, Call& call) {
  deadlines_.erase({call.deadline, id});
  const Duration left = std::max(call.deadline - context_.now, Duration::zero());
  const bool repeatable = call.repeatable && !call.once;
  call.sent = context_.now;
  sent_.emplace(machine_.send({call.host, call.request, left, repeatable}, context_.now), id);
}

void TwilsockRestCalls::on_done(twilsock::RequestId id, Result<http::Response> outcome) {
  const auto sent = sent_.find(id);
  if (sent == sent_.end()) return;
  const auto at = calls_.find(sent->second);
  sent_.erase(sent);
  if (!outcome) return finish(at, std::move(outcome));
  if (outcome->status == kTooManyRequests) return on_refused(at, *outcome);
  if (ask_again(at, *outcome)) return;
  const auto url = conversations::resource_url(*outcome);
  if (!url.empty()) {
    log_answer(at->second, outcome);
    return follow(at, url);
  }
  gate_.on_answered(at->first);
  if (outcome->status / 100 != 2) {
    Error error = conversations::to_error(*outcome);
    if (at->second.follow_up) error.code = Errc::outcome_unknown;
    return finish(at, std::move(error));
  }
  finish(at, std::move(outcome));
}

void TwilsockRestCalls::on_refused(Calls::iterator at, const http::Response& response) {
  Error refusal = conversations::to_error(response);
  gate_.on_refused(at->first, refusal.retry_after, context_.now, context_.random.uniform());
  const auto opens_at = gate_.next_deadline().value_or(context_.now);
  log_wait("throttled", at->second, response.status, opens_at - context_.now);
  if (at->second.once) return finish(at, std::move(refusal));
  deadlines_.emplace(at->second.deadline, at->first);
  at->second.refusal = std::move(refusal);
}

bool TwilsockRestCalls::ask_again(Calls::iterator at, const http::Response& response) {
  Call& call = at->second;
  if (!is_busy(response.status) || call.once || !call.repeatable || call.backoff.failures() >= kAttempts - 1)
    return false;
  deadlines_.emplace(call.deadline, at->first);
  const Duration wait = call.backoff.after_failure(context_.random.uniform());
  log_wait("retry", call, response.status, wait);
  timers_.after(wait, [this, id = at->first](Result<void> time) {
    const auto waiting = calls_.find(id);
    if (waiting == calls_.end()) return;
    time ? give_to_machine(id, waiting->second) : finish(waiting, time.error());
  });
  return true;
}

void TwilsockRestCalls::follow(Calls::iterator at, const std::string& url) {
  if (at->second.follow_up)
    return finish(at, Error{.code = Errc::server_error, .message = "the service did not finish the request"});
  Call& call = at->second;
  call.follow_up = true;
  auto [host, path] = split_url(url);
  call.host = std::move(host);
  call.request = {"GET", std::move(path), {}, {{"Content-Type", "application/json"}}, ""};
  give_to_machine(at->first, call);
}

void TwilsockRestCalls::finish(Calls::iterator at, Result<http::Response> outcome) {
  log_answer(at->second, outcome);
  const auto done = std::move(at->second.done);
  deadlines_.erase({at->second.deadline, at->first});
  gate_.remove(at->first);
  calls_.erase(at);
  done(std::move(outcome));
}

void TwilsockRestCalls::log_answer(const Call& call, const Result<http::Response>& outcome) const {
  context_.tell(LogLevel::debug, "request", [&](LogLine& line) {
    line.add("method", call.request.method).add("path", request_name(call.request.path));
    outcome ? line.add("status", static_cast<std::uint64_t>(outcome->status))
            : line.add_code(outcome.error());
    const TimePoint sent = call.sent.value_or(context_.now);
    line.add("ms", context_.now - sent).add("waited_ms", sent - call.queued);
    line.add("bytes_out", call.request.body.size()).add("bytes_in", outcome ? outcome->body.size() : 0);
  });
}

void TwilsockRestCalls::log_wait(std::string_view event, const Call& call, int status, Duration wait) const {
  context_.tell(LogLevel::debug, event, [&](LogLine& line) {
    line.add("method", call.request.method).add("path", request_name(call.request.path));
    line.add("status", static_cast<std::uint64_t>(status)).add("wait_ms", wait);
    line.add("queued", gate_.queued());
  });
}

void TwilsockRestCalls::on_time() {
  while (!deadlines_.empty() && deadlines_.begin()->first <= context_.now) {
    const auto at = calls_.find(deadlines_.begin()->second);
    finish(at, at->second.refusal.value_or(not_in_time()));
  }
}

void TwilsockRestCalls::on_disconnected() { fail_where(connection_lost(), /*once_only=*/true); }

void TwilsockRestCalls::fail_queued(const Error& reason) { fail_where(reason, /*once_only=*/false); }

void TwilsockRestCalls::fail_where(const Error& reason, bool once_only) {
  const auto queued = deadlines_;
  for (const auto& [deadline, id] : queued) {
    const auto at = calls_.find(id);
    if (at != calls_.end() && (at->second.once || !once_only)) finish(at, reason);
  }
}

std::optional<TimePoint> TwilsockRestCalls::next_deadline() const {
  std::optional<TimePoint> first = gate_.next_deadline();
  if (!deadlines_.empty()) keep_earliest(first, deadlines_.begin()->first);
  return first;
}

}  // namespace parley::detail
