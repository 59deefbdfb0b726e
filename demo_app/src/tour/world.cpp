#include "demo_app/src/tour/world.hpp"

#include <boost/asio/post.hpp>
#include <future>

#include "common/net/url.hpp"

namespace parley::demo {
namespace {

template <class Act>
void on_runtime(Runtime& runtime, Act act) {
  std::promise<void> done;
  boost::asio::post(runtime.executor(), [&] {
    act();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace

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
