#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

#include "chat_service/src/media/api.hpp"
#include "chat_service/src/shell/metrics.hpp"
#include "chat_service/src/shell/origins.hpp"
#include "common/base/http.hpp"
#include "common/net/http_body.hpp"

namespace parley::chat_service {

inline constexpr std::string_view kSocketPath = "/v3/wsconnect";

struct FrontOptions {
  Origins origins{{}};
  bool secure = false;               ///< served over TLS
  std::function<bool()> is_ready{};  ///< what /readyz says
  /// Gets one line for each request but probes.
  std::function<void(std::string)> log{};
  /// Gets the lines of requests that are refused instead, which may come a thousand times a second.
  std::function<void(std::string_view what, const std::string& address, std::string line)> log_refusal{};
  const Clock& clock = system_clock();
};

/// Everything that comes as plain HTTP: probes, media, and a clear no to the rest; each answer with the
/// headers that browsers want, counted, and in the log without its query (the signature of a temporary URL is
/// in it).
///
/// Thread rule: the service's. Answers that are still being worked on must not come after its end.
class HttpFront {
 public:
  HttpFront(FrontOptions options, Metrics& metrics);

  /// Until this call there are no media. Null: not any more.
  void use(media::Api* media) { media_ = media; }

  using Reply = std::function<void(http::Response)>;
  void on_request(http::Request request, const std::string& peer, Reply reply);
  net::BodyDecision on_body(const http::Request& head, const std::string& peer,
                            std::optional<std::uint64_t> length);
  /// Nothing: the WebSocket may open.
  std::optional<http::Response> check_upgrade(const http::Request& request, const std::string& peer);
  /// A request that the HTTP server refuses itself.
  void note_refusal(http::Response& response, const std::string& peer);
  /// What the operator's own address answers: metrics and the probes.
  http::Response answer_operator(const http::Request& request, const Readings& readings);

 private:
  struct Exchange;
  class Sink;

  std::shared_ptr<Exchange> begin(const http::Request& request, const std::string& peer) const;
  http::Response answer_probe(const http::Request& request) const;
  void finish(const Exchange& exchange, http::Response& response);
  void write_log(const char* route, int status, const std::string& peer, std::string line) const;
  Reply finishing(std::shared_ptr<Exchange> exchange, Reply reply);

  FrontOptions options_;
  Metrics& metrics_;
  media::Api* media_ = nullptr;
};

}  // namespace parley::chat_service
