#include "chat_sdk/src/connection/rest_calls.hpp"

#include "common/base/random.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {
namespace {

constexpr int kAttempts = 4;
constexpr Duration kFirstPause = std::chrono::seconds(1);

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

RestCalls::RestCalls(Context& context, Timers& timers, twilsock::ClientMachine& machine, Duration timeout)
    : context_(context), timers_(timers), machine_(machine), timeout_(timeout) {}

RestCalls::Call RestCalls::make_get(std::string_view url, http::Fields params, Duration timeout,
                                    Done<http::Response> done) {
  auto [host, path] = split_url(url);
  http::Request request{
      "GET", std::move(path), std::move(params), {{"Content-Type", "application/json"}}, ""};
  return {{std::move(host), std::move(request), timeout, /*repeatable=*/true}, std::move(done)};
}

void RestCalls::get(std::string_view url, http::Fields params, Done<http::Response> done) {
  start(make_get(url, std::move(params), timeout_, std::move(done)));
}

void RestCalls::post(std::string_view url, std::string body, Done<http::Response> done) {
  write("POST", url, std::move(body), std::move(done));
}

void RestCalls::post_once(std::string_view url, std::string body, Done<http::Response> done) {
  auto [host, path] = split_url(url);
  http::Request request{"POST", std::move(path), {}, {{"Content-Type", "application/json"}}, std::move(body)};
  start({{std::move(host), std::move(request), timeout_, /*repeatable=*/false}, std::move(done)});
}

void RestCalls::remove(std::string_view url, Done<http::Response> done) {
  write("DELETE", url, "{}", std::move(done));
}

void RestCalls::write(std::string method, std::string_view url, std::string body, Done<http::Response> done) {
  auto [host, path] = split_url(url);
  http::Request request{std::move(method), std::move(path), {}, {}, std::move(body)};
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"X-Twilio-Mutation-Id", random_uuid(context_.random)}};
  start({{std::move(host), std::move(request), timeout_, /*repeatable=*/true}, std::move(done)});
}

void RestCalls::start(Call call) {
  ++call.attempts;
  const auto id = machine_.send(call.request, context_.now);
  calls_.emplace(id, std::move(call));
}

void RestCalls::on_done(twilsock::RequestId id, Result<http::Response> outcome) {
  const auto at = calls_.find(id);
  if (at == calls_.end()) return;
  Call call = std::move(at->second);
  calls_.erase(at);
  if (outcome && ask_again(call, *outcome)) return;
  complete(std::move(call), std::move(outcome));
}

bool RestCalls::ask_again(Call& call, const http::Response& response) {
  if (!is_busy(response.status) || call.attempts >= kAttempts) return false;
  const auto pause = kFirstPause * (1 << (call.attempts - 1)) * (0.8 + 0.4 * context_.random.uniform());
  timers_.after(
      std::chrono::duration_cast<Duration>(pause),
      [this, call = std::move(call)](Result<void> time) { time ? start(call) : call.done(time.error()); });
  return true;
}

void RestCalls::complete(Call call, Result<http::Response> outcome) {
  if (!outcome) return call.done(outcome.error());
  const auto url = conversations::resource_url(*outcome);
  if (!url.empty() && call.follow_up)
    return call.done(Error{.code = Errc::server_error, .message = "the service did not finish the request"});
  if (!url.empty()) {
    Call follow_up = make_get(url, {}, timeout_, std::move(call.done));
    follow_up.follow_up = true;
    return start(std::move(follow_up));
  }
  if (outcome->status / 100 != 2) return call.done(conversations::to_error(*outcome));
  call.done(std::move(outcome));
}

}  // namespace parley::detail
