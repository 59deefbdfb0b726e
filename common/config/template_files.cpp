#include "common/config/template_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/sid.hpp"
#include "common/config/document.hpp"
#include "common/os/read_file.hpp"

namespace parley::config {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTemplatesBytes = 256 * 1024;

bool is_template(const ordered_json& entry) {
  return entry.is_object() && entry.contains("sid") && entry["sid"].is_string() &&
         is_sid(entry["sid"].get_ref<const std::string&>(), "HX");
}

bool is_list_of_templates(const ordered_json& list) {
  return list.is_array() && !list.empty() && std::all_of(list.begin(), list.end(), is_template);
}

void take_template_file(ordered_json& account, const std::string& path, Problems& problems) {
  if (!account.contains("chat")) return;
  auto& chat = account["chat"];
  const auto file = chat.find("content_templates_file");
  if (file == chat.end()) return;
  const auto refuse = [&](const std::string& what) {
    problems.push_back({join_path(path, "chat.content_templates_file"), what});
  };
  if (chat.contains("content_templates")) return refuse("expected this key or content_templates, not both");
  const auto content = os::read_file(file->get<std::string>(), kTemplatesBytes);
  if (!content) return refuse("expected the path of a file that can be read, but " + content.error().message);
  auto list = parse_document(content->text, "content_templates_file");
  if (!list || !is_list_of_templates(*list))
    return refuse(
        "expected a file with a JSON list of objects that have a sid: \"HX\" and 32 lower-case hex digits");
  chat["content_templates"] = std::move(*list);
}

}  // namespace

Problems take_template_files(ordered_json& document) {
  Problems problems;
  if (document.contains("account")) take_template_file(document["account"], "account", problems);
  if (!document.contains("accounts")) return problems;
  auto& accounts = document["accounts"];
  for (std::size_t i = 0; i < accounts.size(); ++i)
    take_template_file(accounts[i], "accounts[" + std::to_string(i) + "]", problems);
  return problems;
}

}  // namespace parley::config
