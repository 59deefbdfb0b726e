#include "common/config/deployment.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/config/document.hpp"
#include "common/config/secret_files.hpp"
#include "common/os/read_file.hpp"

namespace parley::config {
namespace {

constexpr std::size_t kSecretBytes = 24;
constexpr std::size_t kSecretVariety = 8;

/// A secret and the path of its key.
struct Secret {
  std::string key;
  std::string_view text;
};

std::vector<Secret> secrets_of(const Config& config) {
  std::vector<Secret> secrets;
  for (const auto& account : config.accounts) {
    secrets.push_back({account.key + ".api_key_secret", account.api_key_secret});
    for (std::size_t i = 0; i < account.previous_keys.size(); ++i)
      secrets.push_back({account.key + ".previous_keys[" + std::to_string(i) + "].api_key_secret",
                         account.previous_keys[i].api_key_secret});
  }
  return secrets;
}

bool is_weak(std::string_view secret) {
  return secret.size() < kSecretBytes || std::set<char>(secret.begin(), secret.end()).size() < kSecretVariety;
}

template <class Type>
const CallerEntry* find_callers(const Config& config) {
  for (const auto& caller : config.token_server.callers)
    if (std::holds_alternative<Type>(caller.who)) return &caller;
  return nullptr;
}

/// What both servers have in common: where they listen and what protects that.
struct Door {
  std::string section;
  std::string_view listen;
  bool tls;
  bool allow_plain_http;

  bool off_loopback() const { return !listens_on_loopback(listen); }
};

Door token_door(const Config& config) {
  const auto& server = config.token_server;
  return {"token_server", server.listen, server.tls.has_value(), server.allow_plain_http};
}

Door chat_door(const Config& config) {
  const auto& server = config.chat_service;
  return {"chat_service", server.listen, server.tls.has_value(), server.allow_plain_http};
}

void check_callers(const Config& config, Problems& problems) {
  if (config.token_server.callers.empty())
    problems.push_back({"token_server.callers", "expected at least one entry that says who may have tokens"});
}

void check_development(const Config& config, Problems& problems) {
  const auto* open = find_callers<DevelopmentCallers>(config);
  if (!open) return;
  if (token_door(config).off_loopback())
    problems.push_back({open->key + ".type",
                        "expected another type than development, because token_server.listen is not a "
                        "loopback address: anyone could have a token for any identity"});
  for (const auto& secret : secrets_of(config))
    if (secret.text != kExampleSecret)
      problems.push_back({open->key + ".type", "expected another type than development, because " +
                                                   secret.key +
                                                   " is not the one of config.example.json: anyone on this "
                                                   "machine could have a token for any identity"});
}

void check_secrets(const Config& config, const Door& door, Problems& problems) {
  if (!door.off_loopback()) return;
  for (const auto& secret : secrets_of(config)) {
    if (secret.text == kExampleSecret)
      problems.push_back({secret.key,
                          "expected a secret of your own: everyone knows the one of "
                          "config.example.json, and " +
                              door.section + ".listen is not a loopback address"});
    else if (is_weak(secret.text))
      problems.push_back({secret.key, "expected at least 24 bytes with 8 different ones, because " +
                                          door.section + ".listen is not a loopback address"});
  }
}

void check_transport(const Door& door, Problems& problems) {
  if (door.off_loopback() && !door.tls && !door.allow_plain_http)
    problems.push_back({door.section + ".tls", "expected certificate_file and private_key_file, because " +
                                                   door.section +
                                                   ".listen is not a loopback address (or allow_plain_http, "
                                                   "if something in front has TLS)"});
}

void check_services_are_told_apart(const Config& config, Problems& problems) {
  std::set<std::string> seen;
  for (const auto& account : config.accounts)
    if (!seen.insert(account.chat_service_sid).second)
      problems.push_back({account.key + ".chat_service_sid", "expected a service that no other account has"});
}

void check_get_with_password(const Config& config, Problems& problems) {
  if (config.token_server.get_with_password && !find_callers<UserCallers>(config))
    problems.push_back({"token_server.get_with_password",
                        "expected with an entry of type users in token_server.callers only"});
}

using json = nlohmann::ordered_json;

// Of the first secret in an account, or of a key that is not in use any more.
std::optional<std::string> inline_secret(const json& account, const std::string& path) {
  const auto is_own = [](const json& holder) {
    return holder.is_object() && holder.contains("api_key_secret") &&
           holder["api_key_secret"] != kExampleSecret;
  };
  if (is_own(account)) return path + ".api_key_secret";
  if (!account.is_object() || !account.contains("previous_keys")) return std::nullopt;
  const auto& keys = account["previous_keys"];
  for (std::size_t i = 0; keys.is_array() && i < keys.size(); ++i)
    if (is_own(keys[i])) return path + ".previous_keys[" + std::to_string(i) + "].api_key_secret";
  return std::nullopt;
}

std::optional<std::string> inline_secret_of(const json& document) {
  if (!document.is_object()) return std::nullopt;
  if (document.contains("account")) return inline_secret(document["account"], "account");
  if (!document.contains("accounts") || !document["accounts"].is_array()) return std::nullopt;
  const auto& accounts = document["accounts"];
  for (std::size_t i = 0; i < accounts.size(); ++i)
    if (auto key = inline_secret(accounts[i], "accounts[" + std::to_string(i) + "]")) return key;
  return std::nullopt;
}

bool is_ipv4_loopback(std::string_view host) {
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos &&
         std::count(host.begin(), host.end(), '.') == 3;
}

// A certificate in the key's place is no secret: that the two are swapped is said by whoever uses them.
bool is_certificate(const std::string& file) {
  const auto content = os::read_file(file, kConfigBytes);
  return content && content->text.find("-----BEGIN CERTIFICATE-----") != std::string::npos &&
         content->text.find("PRIVATE KEY-----") == std::string::npos;
}

}  // namespace

bool listens_on_loopback(std::string_view listen) {
  const auto host = listen.substr(0, listen.rfind(':'));
  return host == "localhost" || host == "[::1]" || is_ipv4_loopback(host);
}

Problems check_deployment(const Config& config) {
  Problems problems;
  check_callers(config, problems);
  check_development(config, problems);
  check_secrets(config, token_door(config), problems);
  check_transport(token_door(config), problems);
  check_get_with_password(config, problems);
  return problems;
}

Problems check_chat_deployment(const Config& config) {
  Problems problems;
  check_services_are_told_apart(config, problems);
  check_secrets(config, chat_door(config), problems);
  check_transport(chat_door(config), problems);
  return problems;
}

std::optional<Problem> exposed_secret(const std::string& path) {
  if (path.empty()) return std::nullopt;
  const auto content = os::read_file(path, kConfigBytes);
  if (!content ||
      (content->permissions & std::filesystem::perms::others_read) == std::filesystem::perms::none)
    return std::nullopt;
  const auto document = parse_document(content->text, path);
  if (!document) return std::nullopt;
  auto key = inline_secret_of(*document);
  if (!key) return std::nullopt;
  return Problem{std::move(*key),
                 "expected a configuration file that only its owner and group can read, because "
                 "it holds this secret (chmod o-rwx), or api_key_secret_file"};
}

std::optional<Problem> exposed_private_key(const std::optional<Tls>& tls, const std::string& section) {
  if (!tls) return std::nullopt;
  std::error_code error;
  const auto status = std::filesystem::status(tls->private_key_file, error);
  if (!std::filesystem::exists(status) ||
      (status.permissions() & std::filesystem::perms::others_all) == std::filesystem::perms::none)
    return std::nullopt;
  if (is_certificate(tls->private_key_file)) return std::nullopt;
  return Problem{section + ".tls.private_key_file", kExpectedPrivateFile};
}

}  // namespace parley::config
