#include "chat_sdk/src/connection/twilsock_rest_calls.hpp"

#include "common/base/random.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {
namespace {

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

bool is_busy(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

}  // namespace

TwilsockRestCalls::TwilsockRestCalls(Context& context, Timers& timers, twilsock::ClientMachine& machine,
                                     Duration timeout)
    : context_(context), timers_(timers), machine_(machine), timeout_(timeout) {}

TwilsockRestCalls::Call TwilsockRestCalls::make(std::string_view url, http::Request request, bool repeatable,
                                                Done<http::Response> done) const {
  auto [host, path] = split_url(url);
  request.path = std::move(path);
  return {
      {std::move(host), std::move(request), timeout_, repeatable}, std::move(done), Backoff(kBusyBackoff)};
}

TwilsockRestCalls::Call TwilsockRestCalls::make_get(std::string_view url, http::Fields params,
                                                    Done<http::Response> done) const {
  http::Request request{"GET", "", std::move(params), {{"Content-Type", "application/json"}}, ""};
  return make(url, std::move(request), /*repeatable=*/true, std::move(done));
}

void TwilsockRestCalls::get(std::string_view url, http::Fields params, Done<http::Response> done) {
  start(make_get(url, std::move(params), std::move(done)));
}

void TwilsockRestCalls::post(std::string_view url, std::string body, Done<http::Response> done) {
  write("POST", url, std::move(body), std::move(done));
}

void TwilsockRestCalls::post_once(std::string_view url, std::string body, Done<http::Response> done) {
  http::Request request{"POST", "", {}, {{"Content-Type", "application/json"}}, std::move(body)};
  start(make(url, std::move(request), /*repeatable=*/false, std::move(done)));
}

void TwilsockRestCalls::remove(std::string_view url, Done<http::Response> done) {
  write("DELETE", url, "{}", std::move(done));
}

void TwilsockRestCalls::write(std::string method, std::string_view url, std::string body,
                              Done<http::Response> done) {
  http::Request request{std::move(method), "", {}, {}, std::move(body)};
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"X-Twilio-Mutation-Id", random_uuid(context_.random)}};
  start(make(url, std::move(request), /*repeatable=*/true, std::move(done)));
}

void TwilsockRestCalls::start(Call call) {
  const auto id = machine_.send(call.request, context_.now);
  calls_.emplace(id, std::move(call));
}

void TwilsockRestCalls::on_done(twilsock::RequestId id, Result<http::Response> outcome) {
  const auto at = calls_.find(id);
  if (at == calls_.end()) return;
  Call call = std::move(at->second);
  calls_.erase(at);
  if (outcome && ask_again(call, *outcome)) return;
  complete(std::move(call), std::move(outcome));
}

bool TwilsockRestCalls::ask_again(Call& call, const http::Response& response) {
  if (!is_busy(response.status) || call.backoff.failures() >= kAttempts - 1) return false;
  const Duration wait = call.backoff.after_failure(context_.random.uniform());
  timers_.after(wait, [this, call = std::move(call)](Result<void> time) {
    time ? start(call) : call.done(time.error());
  });
  return true;
}

void TwilsockRestCalls::complete(Call call, Result<http::Response> outcome) {
  if (!outcome) return call.done(outcome.error());
  const auto url = conversations::resource_url(*outcome);
  if (!url.empty() && call.follow_up)
    return call.done(Error{.code = Errc::server_error, .message = "the service did not finish the request"});
  if (!url.empty()) {
    Call follow_up = make_get(url, {}, std::move(call.done));
    follow_up.follow_up = true;
    return start(std::move(follow_up));
  }
  if (outcome->status / 100 != 2) return call.done(conversations::to_error(*outcome));
  call.done(std::move(outcome));
}

}  // namespace parley::detail
