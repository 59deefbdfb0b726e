#include "demo_app/src/embedded.hpp"

#include "chat_service/service.hpp"
#include "common/base/random.hpp"
#include "common/base/sid.hpp"
#include "demo_app/src/on_runtime.hpp"
#include "token_server/token_server.hpp"

namespace parley::demo {
namespace {

constexpr auto kTokenLife = std::chrono::hours(1);
constexpr auto kGrace = std::chrono::seconds(1);

}  // namespace

LocalTokenServer::LocalTokenServer(Runtime& runtime) : runtime_(runtime) {}

Result<std::unique_ptr<LocalTokenServer>> LocalTokenServer::start(Runtime& runtime, const token::ApiKey& key,
                                                                  const std::string& service_sid,
                                                                  std::chrono::seconds token_ttl) {
  std::unique_ptr<LocalTokenServer> local(new LocalTokenServer(runtime));
  auto options = token_server::TokenServerOptions::development({"127.0.0.1", 0}, key, service_sid, token_ttl);
  const auto address = on_runtime(runtime, [&] {
    local->server_ = std::make_unique<token_server::TokenServer>(
        std::vector<boost::asio::any_io_executor>{runtime.executor()}, std::move(options),
        token_server::Surroundings{.clock = system_clock()});
    return local->server_->start();
  });
  if (!address) return address.error();
  local->url_ = "http://" + address->to_string() + "/v1/token";
  return local;
}

LocalTokenServer::~LocalTokenServer() {
  on_runtime(runtime_, [this] { server_.reset(); });
}

Result<std::unique_ptr<Embedded>> Embedded::start(Runtime& runtime) {
  SecureRandom random;
  std::unique_ptr<Embedded> embedded(new Embedded());
  embedded->key_ = {make_sid("AC", random), make_sid("SK", random), random_hex(random, 32)};
  embedded->service_sid_ = make_sid("IS", random);

  ServiceOptions options;
  options.tenants.push_back({.account_sid = embedded->key_.account_sid,
                             .service_sid = embedded->service_sid_,
                             .keys = token::KeyRing(embedded->key_)});
  embedded->service_ = std::make_unique<Service>(std::move(options));
  if (const auto started = embedded->service_->start(); !started) return started.error();

  auto tokens = LocalTokenServer::start(runtime, embedded->key_, embedded->service_sid_, kTokenLife);
  if (!tokens) return tokens.error();
  embedded->tokens_ = std::move(*tokens);
  return embedded;
}

Embedded::Embedded() = default;

Embedded::~Embedded() {
  if (service_) service_->stop(kGrace);
}

std::string Embedded::chat_url() const { return service_->url(); }

}  // namespace parley::demo
