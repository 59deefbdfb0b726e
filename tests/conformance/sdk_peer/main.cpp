// The C++ SDK on a line protocol, so that tests in other languages can talk to it: commands on stdin, one
// JSON object per line on stdout. See README.md beside tests/conformance/official_js.

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

#include "chat_service/service.hpp"
#include "tests/conformance/sdk_peer/peer.hpp"

namespace {

using namespace parley;

struct Arguments {
  std::string url, token, cache, identity;
  std::vector<std::string> serve;  // SIDs of account and key, secret, SID of the service
  std::int64_t retry = 0;          // milliseconds; 0: as the SDK has it
  bool wait = false, without_mutation_ids = false;
};

/// A service in this process, or none.
std::unique_ptr<Service> start_service(const std::vector<std::string>& of) {
  if (of.empty()) return nullptr;
  ServiceOptions options;
  options.tenants.push_back({.account_sid = of[0],
                             .service_sid = of[3],
                             .keys = token::KeyRing(token::ApiKey{of[0], of[1], of[2]})});
  auto service = std::make_unique<Service>(std::move(options));
  service->start().value();
  std::cout << sdk_peer::Json{{"event", "serving"}, {"url", service->url()}}.dump() << std::endl;
  return service;
}

ClientOptions options_of(const Arguments& arguments, const Service* service) {
  ClientOptions options;
  options.endpoint = service ? Endpoint::stream(service->in_process()) : Endpoint::service(arguments.url);
  options.endpoint.knows_mutation_ids = !arguments.without_mutation_ids;
  options.tokens = fixed_token(arguments.token);
  if (!arguments.cache.empty()) options.cache = CacheOptions::sqlite(arguments.cache, arguments.identity);
  const std::chrono::milliseconds retry(arguments.retry);
  if (arguments.retry > 0) options.retry = {retry, 5 * retry};
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("The C++ SDK on a line protocol, for tests in other languages.");
  app.add_option("--url", arguments.url, "WebSocket URL of the service");
  app.add_option("--token", arguments.token, "access token")->required();
  app.add_option("--cache", arguments.cache, "directory of the cache; without it there is none");
  app.add_option("--identity", arguments.identity, "whose cache it is; without it that of the token");
  app.add_option("--retry", arguments.retry, "milliseconds before the first attempt to reconnect");
  app.add_flag("--wait", arguments.wait, "connect when the command says so, not at once");
  app.add_flag("--without-mutation-ids", arguments.without_mutation_ids,
               "take the service for one that does not remember mutation ids");
  app.add_option("--serve", arguments.serve, "ACCOUNT KEY SECRET SERVICE: of a service in this process")
      ->expected(4);
  CLI11_PARSE(app, argc, argv);

  const auto service = start_service(arguments.serve);
  Runtime runtime;
  Client client(runtime, options_of(arguments, service.get()));
  sdk_peer::Peer(client, std::cout).run(std::cin, !arguments.wait);
}
