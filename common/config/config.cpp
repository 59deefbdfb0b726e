#include "common/config/config.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/config/document.hpp"
#include "common/config/validate.hpp"

namespace parley::config {
namespace {

using nlohmann::json;

// A document that passed the schema has the right types, so these only tell present from absent.
const json& section(const json& document, const char* name) {
  static const json empty = json::object();
  const auto found = document.find(name);
  return found == document.end() ? empty : *found;
}

template <class T>
void take(const json& section, const char* key, T& out) {
  if (const auto found = section.find(key); found != section.end()) out = found->get<T>();
}

void take(const json& section, const char* key, std::optional<std::size_t>& out) {
  if (const auto found = section.find(key); found != section.end()) out = found->get<std::size_t>();
}

Account read_account(const json& in) {
  Account out;
  take(in, "account_sid", out.account_sid);
  take(in, "api_key_sid", out.api_key_sid);
  take(in, "api_key_secret", out.api_key_secret);
  take(in, "chat_service_sid", out.chat_service_sid);
  return out;
}

TokenServer read_token_server(const json& in) {
  TokenServer out;
  take(in, "listen", out.listen);
  auto seconds = out.token_ttl.count();
  take(in, "token_ttl_seconds", seconds);
  out.token_ttl = std::chrono::seconds(seconds);
  return out;
}

ChatService read_chat_service(const json& in) {
  ChatService out;
  take(in, "listen", out.listen);
  take(in, "public_url", out.public_url);
  take(in, "database", out.database);
  take(in, "media_directory", out.media_directory);
  take(section(in, "limits"), "max_connections", out.limits.max_connections);
  take(section(in, "limits"), "send_queue_bytes", out.limits.send_queue_bytes);
  return out;
}

DemoApp read_demo_app(const json& in) {
  DemoApp out;
  take(in, "token_url", out.token_url);
  take(in, "chat_url", out.chat_url);
  return out;
}

bool has_white_space(std::string_view text) { return text.find_first_of(" \t\r\n\v\f") != text.npos; }

// Puts the content of api_key_secret_file in place. Neither path nor content is repeated: people mix the two
// up.
void read_secret_file(json& document, Problems& problems) {
  json& account = document["account"];
  const auto path = account.find("api_key_secret_file");
  if (path == account.end()) return;
  constexpr const char* kKey = "account.api_key_secret_file";
  auto secret = read_file(path->get<std::string>());
  if (!secret) return problems.push_back({kKey, "expected the path of a file that can be read"});
  if (secret->ends_with('\n')) secret->pop_back();
  if (secret->ends_with('\r')) secret->pop_back();
  if (secret->empty()) return problems.push_back({kKey, "expected a file that is not empty"});
  if (has_white_space(*secret))
    return problems.push_back({kKey, "expected a file that holds the secret and nothing else"});
  account["api_key_secret"] = std::move(*secret);
}

void name_origins(Problems& problems, const Origins& origins) {
  for (auto& problem : problems)
    if (const auto found = origins.find(problem.key); found != origins.end())
      problem.key += " (from " + found->second + ")";
}

Loaded check(json document, const Environment& environment) {
  const Origins origins = document.is_object() ? apply_environment(document, environment) : Origins{};
  Problems problems = validate(document);
  if (problems.empty()) read_secret_file(document, problems);
  name_origins(problems, origins);
  if (!problems.empty()) return problems;
  return Config{
      read_account(section(document, "account")), read_token_server(section(document, "token_server")),
      read_chat_service(section(document, "chat_service")), read_demo_app(section(document, "demo_app"))};
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    return value;
  };
}

Loaded parse(std::string_view text, const std::string& name, const Environment& environment) {
  auto document = parse_document(text, name);
  if (!document) return document.error();
  return check(std::move(*document), environment);
}

Loaded load(const std::string& path, const Environment& environment) {
  if (path.empty()) return check(json::object(), environment);
  auto text = read_file(path);
  if (!text) return Problems{text.error()};
  return parse(*text, path, environment);
}

}  // namespace parley::config
