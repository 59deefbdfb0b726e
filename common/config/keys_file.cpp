#include "common/config/keys_file.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/config/document.hpp"
#include "common/config/read.hpp"
#include "common/config/validate.hpp"
#include "common/os/read_file.hpp"

namespace parley::config {

LoadedKeys parse_keys(std::string_view text, const std::string& path) {
  const auto list = parse_document(text, path);
  if (!list) return list.error();
  if (auto problems = validate_keys(*list, path); !problems.empty()) return problems;
  return read_keys(*list, path);
}

LoadedKeys read_keys_file(const std::string& file, const std::string& path) {
  const auto content = os::read_file(file, kKeysFileBytes);
  if (!content && content.error().code == Errc::not_found) return std::vector<BackendKey>{};
  if (!content) return Problems{{path, "expected a file that can be read, but " + content.error().message}};
  if ((content->permissions & std::filesystem::perms::others_write) != std::filesystem::perms::none)
    return Problems{{path, "expected a file that others cannot change (chmod o-rwx)"}};
  return parse_keys(content->text, path);
}

std::string format_key(const BackendKey& key) {
  nlohmann::ordered_json out = {{"name", key.name}, {"sha256", key.sha256}};
  if (!key.identities.empty()) out["identities"] = key.identities;
  if (key.requests_per_minute) out["requests_per_minute"] = *key.requests_per_minute;
  return json::dump(out);
}

std::string format_keys(const std::vector<BackendKey>& keys) {
  std::string text = "[";
  for (const auto& key : keys) text += (text.size() == 1 ? "\n  " : ",\n  ") + format_key(key);
  return text + "\n]\n";
}

}  // namespace parley::config
