#include "demo_app/src/tour/world.hpp"

#include "common/net/url.hpp"
#include "demo_app/src/on_runtime.hpp"

namespace parley::demo {

World::World() {
  embedded = std::move(Embedded::start(runtime).value());
  const auto service = net::parse_url(embedded->chat_url()).value();
  on_runtime(runtime, [&] {
    cable = std::make_unique<net::Relay>(runtime.executor(), net::ListenAddress{service.host, service.port});
    cable_url = "ws://" + cable->start().value().to_string() + service.target;
  });
}

World::~World() {
  alice.reset();
  bob.reset();
  carol.reset();
  on_runtime(runtime, [&] { cable.reset(); });
}

ClientOptions World::options_for(const std::string& user) const {
  ClientOptions options;
  options.endpoint = Endpoint::service(user == "bob" ? cable_url : embedded->chat_url());
  options.tokens = token_endpoint({.url = embedded->token_url(), .user = user});
  return options;
}

void World::cut_cable() {
  on_runtime(runtime, [&] { cable->cut(); });
}

void World::mend_cable() {
  on_runtime(runtime, [&] { cable->mend(); });
}

}  // namespace parley::demo
