#include "common/config/secret_files.hpp"

#include <nlohmann/json.hpp>

#include "common/config/document.hpp"
#include "common/os/read_file.hpp"

namespace parley::config {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

constexpr std::size_t kSecretBytes = 64 * 1024;

bool has_white_space(std::string_view text) { return text.find_first_of(" \t\r\n\v\f") != text.npos; }

// `holder` is an account or one of its previous keys.
void take_secret_file(json& holder, const std::string& path, Problems& problems) {
  const auto file = holder.find("api_key_secret_file");
  if (file == holder.end()) return;
  const auto refuse = [&](const std::string& what) {
    problems.push_back({join_path(path, "api_key_secret_file"), what});
  };
  auto content = os::read_file(file->get<std::string>(), kSecretBytes);
  if (!content) return refuse("expected the path of a file that can be read, but " + content.error().message);
  if ((content->permissions & fs::perms::others_all) != fs::perms::none) return refuse(kExpectedPrivateFile);
  std::string& secret = content->text;
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) return refuse("expected a file that is not empty");
  if (has_white_space(secret)) return refuse("expected a file that holds the secret and nothing else");
  holder["api_key_secret"] = std::move(secret);
}

void take_account_files(json& account, const std::string& path, Problems& problems) {
  take_secret_file(account, path, problems);
  if (!account.contains("previous_keys")) return;
  auto& keys = account["previous_keys"];
  for (std::size_t i = 0; i < keys.size(); ++i)
    take_secret_file(keys[i], path + ".previous_keys[" + std::to_string(i) + "]", problems);
}

}  // namespace

Problems take_secret_files(json& document) {
  Problems problems;
  if (document.contains("account")) take_account_files(document["account"], "account", problems);
  if (!document.contains("accounts")) return problems;
  auto& accounts = document["accounts"];
  for (std::size_t i = 0; i < accounts.size(); ++i)
    take_account_files(accounts[i], "accounts[" + std::to_string(i) + "]", problems);
  return problems;
}

}  // namespace parley::config
