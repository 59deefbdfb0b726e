#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/net/http_server.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/loop.hpp"
#include "tests/unit/token_oidc/samples.hpp"

namespace parley::token_server::test {

using Outcome = std::optional<Result<OidcSubject>>;

/// A verifier and an issuer that publishes keys over HTTP, in one thread, with real sockets.
class IssuerFixture : public testing::Test {
 protected:
  /// Keeps its port over outages.
  void open_issuer(std::optional<net::TlsServerOptions> tls = std::nullopt) {
    net::HttpServerOptions options;
    options.listen = {.host = "127.0.0.1", .port = address_.port};
    options.tls = std::move(tls);
    issuer_ = std::make_unique<net::HttpServer>(
        loop_.executor(), std::move(options),
        [this](const http::Request& request, const std::string&, net::HttpReply reply) {
          on_request(request, std::move(reply));
        });
    const auto address = issuer_->start();
    ASSERT_TRUE(address) << address.error().to_string();
    address_ = *address;
  }
  void close_issuer() {
    held_.clear();
    issuer_.reset();
  }

  void publish(const std::string& keys) { answer_.body = jwks(keys); }

  OidcSettings url_settings(const std::string& scheme = "http") const {
    auto settings = test::settings();
    settings.jwks_url = scheme + "://" + address_.to_string() + "/keys?x=1";
    return settings;
  }
  void start_verifier(OidcSettings settings, const Clock& clock) {
    verifier_ =
        std::make_unique<OidcVerifier>(loop_.executor(), std::move(settings), clock,
                                       [this](const std::string& warning) { warnings_.push_back(warning); });
    const auto started = verifier_->start();
    if (started) verifier_->begin();
    ASSERT_TRUE(started) << started.error().to_string();
  }
  void start_verifier() { start_verifier(url_settings(), clock_); }

  /// Fills in `outcome` when the answer comes; both live as long as the test.
  Outcome& begin(std::string token) {
    auto outcome = std::make_shared<Outcome>();
    outcomes_.push_back(outcome);
    verifier_->verify(std::move(token), [outcome](Result<OidcSubject> result) {
      EXPECT_FALSE(*outcome) << "a second answer";
      *outcome = std::move(result);
    });
    return *outcome;
  }
  Result<OidcSubject> verify(std::string token) {
    const Outcome& outcome = begin(std::move(token));
    if (!loop_.run_until([&] { return outcome.has_value(); })) return Error{.message = "no answer"};
    return *outcome;
  }
  bool wait_for_requests(std::size_t count) {
    return loop_.run_until([&] { return requests_.size() >= count; });
  }
  /// Answers the requests that were held back.
  void release() {
    for (auto& reply : std::exchange(held_, {})) reply(answer_);
  }

  ManualClock clock_;
  net::test::Loop loop_;
  http::Response answer_;
  bool hold_ = false;
  std::vector<http::Request> requests_;
  std::vector<net::HttpReply> held_;
  std::vector<std::string> warnings_;
  net::ListenAddress address_;
  std::unique_ptr<net::HttpServer> issuer_;
  std::unique_ptr<OidcVerifier> verifier_;
  std::vector<std::shared_ptr<Outcome>> outcomes_;

 private:
  void on_request(const http::Request& request, net::HttpReply reply) {
    requests_.push_back(request);
    if (hold_) return held_.push_back(std::move(reply));
    reply(answer_);
  }
};

}  // namespace parley::token_server::test
