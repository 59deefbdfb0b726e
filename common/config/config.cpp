#include "common/config/config.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/config/deployment.hpp"
#include "common/config/document.hpp"
#include "common/config/keys_file.hpp"
#include "common/config/read.hpp"
#include "common/config/rules.hpp"
#include "common/config/secret_files.hpp"
#include "common/config/template_files.hpp"
#include "common/config/validate.hpp"

namespace parley::config {
namespace {

void name_origins(Problems& problems, const Origins& origins) {
  for (auto& problem : problems)
    if (const auto found = origins.find(problem.key); found != origins.end())
      problem.key += " (from " + found->second + ")";
}

void append(Problems& problems, const Problems& more) {
  problems.insert(problems.end(), more.begin(), more.end());
}

// Keys in files of their own join those of the configuration.
Problems take_keys_files(Config& config) {
  Problems problems;
  for (auto& caller : config.token_server.callers) {
    auto* backends = std::get_if<BackendKeyCallers>(&caller.who);
    if (!backends || backends->keys_file.empty()) continue;
    const auto keys = read_keys_file(backends->keys_file, caller.key + ".keys_file");
    if (keys) backends->keys.insert(backends->keys.end(), keys->begin(), keys->end());
    if (!keys) append(problems, keys.error());
  }
  return problems;
}

void check_private_key(const std::optional<Tls>& tls, const std::string& section, Problems& problems) {
  if (auto exposed = exposed_private_key(tls, section)) problems.push_back(std::move(*exposed));
}

Loaded finish(nlohmann::ordered_json document, FilesOf files) {
  Problems problems = take_secret_files(document);
  if (files != FilesOf::token_server) append(problems, take_template_files(document));
  Config config = read_config(document);
  if (files != FilesOf::token_server) check_private_key(config.chat_service.tls, "chat_service", problems);
  if (files != FilesOf::chat_service) {
    check_private_key(config.token_server.tls, "token_server", problems);
    append(problems, take_keys_files(config));
  }
  append(problems, check_rules(config));
  if (!problems.empty()) return problems;
  return config;
}

Loaded check(nlohmann::ordered_json document, const Environment& environment, FilesOf files) {
  Problems problems;
  Origins origins;
  if (document.is_object()) origins = apply_environment(document, environment, problems);
  append(problems, validate(document));
  name_origins(problems, origins);
  if (!problems.empty()) return problems;
  return finish(std::move(document), files);
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    return value;
  };
}

Loaded parse(std::string_view text, const std::string& name, const Environment& environment, FilesOf files) {
  auto document = parse_document(text, name);
  if (!document) return document.error();
  return check(std::move(*document), environment, files);
}

Loaded load(const std::string& path, const Environment& environment, FilesOf files) {
  if (path.empty()) return check(nlohmann::ordered_json::object(), environment, files);
  auto text = read_file(path);
  if (!text) return Problems{text.error()};
  return parse(*text, path, environment, files);
}

}  // namespace parley::config
