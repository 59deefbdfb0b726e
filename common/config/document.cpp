#include "common/config/document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/os/read_file.hpp"

namespace parley::config {
namespace {

struct Override {
  const char* variable;
  const char* key;
};
constexpr Override kOverrides[] = {
    {"TWILIO_ACCOUNT_SID", "account_sid"},
    {"TWILIO_API_KEY", "api_key_sid"},
    {"TWILIO_API_SECRET", "api_key_secret"},
    {"TWILIO_CHAT_SERVICE_SID", "chat_service_sid"},
};

// "file:line:column", as compilers write it and editors jump to it.
std::string place(const std::string& name, std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto line_start = before.rfind('\n');
  const auto column = line_start == before.npos ? before.size() + 1 : before.size() - line_start;
  return name + ":" + std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace

boost::system::result<nlohmann::ordered_json, Problems> parse_document(std::string_view text,
                                                                       const std::string& name) {
  try {
    auto document = nlohmann::ordered_json::parse(text);
    if (auto repeated = json::find_repeated_member(text))
      return Problems{{*repeated, "expected once, but it is there twice"}};
    if (!json::is_json(text)) return Problems{{name, "expected JSON that is not nested so deeply"}};
    return {boost::system::in_place_value, std::move(document)};
  } catch (const nlohmann::ordered_json::parse_error& error) {
    // The library counts from 1 and quotes the text in its message, which may be a secret.
    return Problems{{place(name, text, error.byte > 0 ? error.byte - 1 : 0), "expected well-formed JSON"}};
  }
}

Origins apply_environment(nlohmann::ordered_json& document, const Environment& environment,
                          Problems& problems) {
  Origins origins;
  for (const auto& [variable, key] : kOverrides) {
    auto value = environment(variable);
    if (!value) continue;
    if (document.contains("accounts")) {
      problems.push_back({"accounts", std::string("expected account with ") + variable +
                                          " in the environment, which fills account only"});
      continue;
    }
    auto& account = document["account"];
    if (!account.is_object()) account = nlohmann::ordered_json::object();
    account[key] = std::move(*value);
    origins[join_path("account", key)] = variable;
    if (key == std::string_view("api_key_secret")) account.erase("api_key_secret_file");
  }
  return origins;
}

boost::system::result<std::string, Problem> read_file(const std::string& path) {
  auto content = os::read_file(path, kConfigBytes);
  if (!content) return Problem{path, "expected a file that can be read, but " + content.error().message};
  // Spelled out: an aggregate like Problem can be made from a text, too.
  return {boost::system::in_place_value, std::move(content->text)};
}

}  // namespace parley::config
