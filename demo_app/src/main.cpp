#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

#include "common/config/command_line.hpp"
#include "demo_app/src/console/console.hpp"
#include "demo_app/src/embedded.hpp"
#include "demo_app/src/tour/tour.hpp"

namespace {

using namespace parley;

struct Arguments {
  std::string user;
  std::string cache;  // "": none
  bool tour = false;
};

struct Urls {
  std::string token, chat;
};

std::string default_user() {
  const char* user = std::getenv("USER");
  return user && *user ? user : "me";
}

int chat(Runtime& runtime, const Arguments& arguments, const Urls& urls) {
  ClientOptions options;
  options.endpoint = Endpoint::service(urls.chat);
  options.tokens = token_endpoint({.url = urls.token, .user = arguments.user});
  options.cache = CacheOptions::sqlite(arguments.cache, arguments.user);
  Client client(runtime, std::move(options));
  demo::Console console(client, std::cin, std::cout);
  return console.run();
}

// Without a configuration everything runs inside: others on this machine may come in by the printed line.
int chat_embedded(Runtime& runtime, const Arguments& arguments) {
  const auto embedded = demo::Embedded::start(runtime);
  if (!embedded) {
    std::cerr << "demo_app: " << embedded.error().to_string() << std::endl;
    return config::kExitFailure;
  }
  const Urls urls{(*embedded)->token_url(), (*embedded)->chat_url()};
  std::cout << "everything runs inside this program. In another terminal:\n  demo_app --user bob --token-url "
            << urls.token << " --chat-url " << urls.chat << std::endl;
  return chat(runtime, arguments, urls);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments{default_user()};
  Urls urls;
  config::CommandLine command_line("demo_app", "A console chat on parley's SDK.",
                                   config::CommandLine::ConfigFile::optional);
  auto& options = command_line.options();
  options.add_option("--user", arguments.user, "who to be (default: $USER)")->type_name("NAME");
  auto* cache = options.add_option("--cache", arguments.cache,
                                   "directory in which channels and unsent messages outlive the program");
  options.add_flag("--tour", arguments.tour, "play the scripted tour of the main job and exit");
  auto* token_url = options.add_option("--token-url", urls.token, "token endpoint, ending in /v1/token");
  auto* chat_url = options.add_option("--chat-url", urls.chat, "chat service, ending in /v3/wsconnect");
  token_url->needs(chat_url);
  chat_url->needs(token_url);
  cache->type_name("DIRECTORY");

  const auto outcome = command_line.parse(argc, argv);
  if (outcome.exit_code) return *outcome.exit_code;
  if (arguments.tour) return demo::run_tour(std::cout);
  if (outcome.config && urls.chat.empty())
    urls = {outcome.config->demo_app.token_url, outcome.config->demo_app.chat_url};
  Runtime runtime;
  return urls.chat.empty() ? chat_embedded(runtime, arguments) : chat(runtime, arguments, urls);
}
