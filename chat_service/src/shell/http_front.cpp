#include "chat_service/src/shell/http_front.hpp"

#include "chat_service/src/errors.hpp"
#include "chat_service/src/shell/log_line.hpp"

namespace parley::chat_service {
namespace {

constexpr const char* kNoGuessing = "X-Content-Type-Options";  // media say so themselves
constexpr const char* kStayWithTls = "max-age=31536000";

struct Kind {
  const char* name;     ///< in metrics and the log
  const char* methods;  ///< for OPTIONS
};
constexpr Kind kHealth{"healthz", "GET, HEAD, OPTIONS"};
constexpr Kind kReady{"readyz", "GET, HEAD, OPTIONS"};
constexpr Kind kMedia{"media", "GET, HEAD, POST, OPTIONS"};
constexpr Kind kSocket{"socket", "GET, OPTIONS"};
constexpr Kind kOther{"other", "OPTIONS"};
constexpr Kind kRefused{"refused", ""};

const Kind& kind_of(std::string_view path) {
  if (path == "/healthz") return kHealth;
  if (path == "/readyz") return kReady;
  if (path == kSocketPath) return kSocket;
  return media::Api::is_mine(path) ? kMedia : kOther;
}

bool is_probe(const Kind& kind) { return &kind == &kHealth || &kind == &kReady; }

http::Response forbidden_page() {
  return errors::to_response({.code = Errc::forbidden,
                              .message = "Origin: pages of it may not use this service",
                              .http_status = 403,
                              .server_code = 20403});
}

}  // namespace

/// One request on its way to its answer.
struct HttpFront::Exchange {
  const Kind& kind;
  std::string_view method;
  std::string peer;
  TimePoint started;
  http::Request origin;  ///< of the request's headers only Origin
};

/// A body on its way to media, whose answers get what all answers get.
class HttpFront::Sink final : public net::BodySink {
 public:
  Sink(std::unique_ptr<net::BodySink> inner, HttpFront& front, std::shared_ptr<Exchange> exchange)
      : inner_(std::move(inner)), front_(front), exchange_(std::move(exchange)) {}

  std::optional<http::Response> write(std::string_view bytes) override {
    auto refusal = inner_->write(bytes);
    if (refusal) front_.finish(*exchange_, *refusal);
    return refusal;
  }

  bool holds_back(std::function<void()> go_on) override { return inner_->holds_back(std::move(go_on)); }

  void finish(std::function<void(http::Response)> reply) override {
    inner_->finish(front_.finishing(exchange_, std::move(reply)));
  }

 private:
  std::unique_ptr<net::BodySink> inner_;
  HttpFront& front_;
  std::shared_ptr<Exchange> exchange_;
};

HttpFront::HttpFront(FrontOptions options, Metrics& metrics)
    : options_(std::move(options)), metrics_(metrics) {}

std::shared_ptr<HttpFront::Exchange> HttpFront::begin(const http::Request& request,
                                                      const std::string& peer) const {
  auto exchange = std::make_shared<Exchange>(Exchange{.kind = kind_of(request.path),
                                                      .method = http::known_method(request.method),
                                                      .peer = peer,
                                                      .started = options_.clock.now(),
                                                      .origin = {}});
  if (const auto origin = http::find_header(request.headers, "Origin"))
    exchange->origin.headers.emplace_back("Origin", std::string(*origin));
  return exchange;
}

void HttpFront::finish(const Exchange& exchange, http::Response& response) {
  options_.origins.decorate(exchange.origin, response);
  if (!http::find_header(response.headers, kNoGuessing))
    response.headers.emplace_back(kNoGuessing, "nosniff");
  if (options_.secure) response.headers.emplace_back("Strict-Transport-Security", kStayWithTls);
  metrics_.http_request(exchange.kind.name, response.status);
  if (!options_.log || is_probe(exchange.kind)) return;
  const auto took = options_.clock.now() - exchange.started;
  write_log(exchange.kind.name, response.status, exchange.peer,
            LogLine("info", "request", options_.clock.wall_now())
                .put("method", exchange.method)
                .put("route", exchange.kind.name)
                .put("status", static_cast<std::uint64_t>(response.status))
                .put("us", static_cast<std::uint64_t>(
                               std::chrono::duration_cast<std::chrono::microseconds>(took).count()))
                .put("address", exchange.peer)
                .take());
}

void HttpFront::write_log(const char* route, int status, const std::string& peer, std::string line) const {
  const bool is_refusal = status >= 400 && status != 500;
  if (!is_refusal || !options_.log_refusal) return options_.log(std::move(line));
  options_.log_refusal(std::string(route) + " " + std::to_string(status), peer, std::move(line));
}

HttpFront::Reply HttpFront::finishing(std::shared_ptr<Exchange> exchange, Reply reply) {
  return [this, exchange = std::move(exchange), reply = std::move(reply)](http::Response response) {
    finish(*exchange, response);
    reply(std::move(response));
  };
}

void HttpFront::on_request(http::Request request, const std::string& peer, Reply reply) {
  auto exchange = begin(request, peer);
  const Kind& kind = exchange->kind;
  const Reply answer = finishing(std::move(exchange), std::move(reply));
  if (request.method == "OPTIONS") return answer(options_.origins.answer_options(request, kind.methods));
  if (!options_.origins.admits(request)) return answer(forbidden_page());
  if (is_probe(kind)) return answer(answer_probe(request));
  if (&kind == &kMedia && media_) return media_->on_request(std::move(request), answer);
  answer(errors::to_response(errors::no_such_route(request.path)));
}

http::Response HttpFront::answer_probe(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD")
    return errors::to_response(errors::method_not_allowed());
  http::Response response{
      .status = 200, .headers = {{"Cache-Control", "no-store"}}, .body = R"({"status":"ok"})"};
  if (request.path == "/healthz" || options_.is_ready()) return response;
  response.status = 503;
  response.body = R"({"status":"not ready"})";
  return response;
}

net::BodyDecision HttpFront::on_body(const http::Request& head, const std::string& peer,
                                     std::optional<std::uint64_t> length) {
  if (!media_ || !media::Api::is_mine(head.path) || !options_.origins.admits(head)) return {};
  auto decision = media_->on_body(head, length);
  if (std::holds_alternative<std::monostate>(decision)) return decision;
  auto exchange = begin(head, peer);
  if (auto* refusal = std::get_if<http::Response>(&decision)) {
    finish(*exchange, *refusal);
    return decision;
  }
  auto& inner = std::get<std::unique_ptr<net::BodySink>>(decision);
  return std::make_unique<Sink>(std::move(inner), *this, std::move(exchange));
}

std::optional<http::Response> HttpFront::check_upgrade(const http::Request& request,
                                                       const std::string& peer) {
  if (request.path == kSocketPath && options_.origins.admits(request)) return std::nullopt;
  auto response = request.path == kSocketPath ? forbidden_page()
                                              : errors::to_response(errors::no_such_route(request.path));
  finish(*begin(request, peer), response);
  return response;
}

void HttpFront::note_refusal(http::Response& response, const std::string& peer) {
  options_.origins.decorate(response);
  metrics_.http_request(kRefused.name, response.status);
  if (!options_.log) return;
  write_log(kRefused.name, response.status, peer,
            LogLine("info", "request", options_.clock.wall_now())
                .put("route", kRefused.name)
                .put("status", static_cast<std::uint64_t>(response.status))
                .put("address", peer)
                .take());
}

http::Response HttpFront::answer_operator(const http::Request& request, const Readings& readings) {
  if (is_probe(kind_of(request.path))) return answer_probe(request);
  if (request.path != "/metrics") return errors::to_response(errors::no_such_route(request.path));
  if (request.method != "GET" && request.method != "HEAD")
    return errors::to_response(errors::method_not_allowed());
  return {.status = 200,
          .headers = {},
          .body = metrics_.text(readings),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

}  // namespace parley::chat_service
