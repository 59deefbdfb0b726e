#include "chat_service/src/content_templates.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "common/base/iso8601.hpp"
#include "common/base/limits.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::content_templates {
namespace {

using json::Reader;
using json::Value;

constexpr const char* kNoDate = "1970-01-01T00:00:00.000Z";

Error bad(const std::string& path, const std::string& expected) {
  return {.code = Errc::invalid_config, .message = path + ": expected " + expected};
}

void want_number(Reader& reader, const char* member) {
  if (!reader.any(member).is_number()) reader.fail(member, "a number");
}

void want_list(Reader& reader, const char* member, bool required, bool (*good)(const Value&),
               const char* what) {
  const Value& list = reader.any(member);
  if (list.is_null() && !required) return;
  if (!list.is_array()) return reader.fail(member, "an array");
  for (const Value& one : list)
    if (!good(one)) reader.fail(member, what);
}

bool is_string(const Value& value) { return value.is_string(); }
bool is_object(const Value& value) { return value.is_object(); }
bool has_text(const Value& value, const char* member) {
  return value.is_object() && value.contains(member) && value[member].is_string();
}
bool is_titled(const Value& value) { return has_text(value, "title"); }
bool is_action(const Value& value) { return has_text(value, "type"); }

/// What the official client touches without asking, and what it promises to applications.
void check_variant(Reader& reader, std::string_view type) {
  if (type == "twilio/text" || type == "twilio/quick-reply" || type == "twilio/call-to-action" ||
      type == "twilio/list-picker")
    reader.string("body");
  if (type == "twilio/media") want_list(reader, "media", true, is_string, "URLs");
  if (type == "twilio/location") want_number(reader, "latitude"), want_number(reader, "longitude");
  if (type == "twilio/quick-reply") want_list(reader, "actions", true, is_titled, "objects with a title");
  if (type == "twilio/call-to-action") want_list(reader, "actions", true, is_action, "objects with a type");
  if (type == "twilio/list-picker") {
    reader.string("button");
    want_list(reader, "items", true, is_object, "objects");
  }
  if (type == "twilio/card") {
    reader.string("title");
    want_list(reader, "media", false, is_string, "URLs");
    want_list(reader, "actions", false, is_action, "objects with a type");
  }
}

Result<void> check_variants(const Value& variants, const std::string& path) {
  if (!variants.is_object() || variants.empty()) return bad(path, "an object with at least one variant");
  for (const auto& [type, variant] : variants.items()) {
    const std::string here = path + "." + type;
    if (!variant.is_object()) return bad(here, "an object");
    Reader reader(variant, here);
    check_variant(reader, type);
    if (reader.failed()) return Error{.code = Errc::invalid_config, .message = reader.error().message};
  }
  return {};
}

Value parsed_or_null(const std::string& text) {
  auto value = json::parse(text);
  return value ? std::move(*value) : Value(nullptr);
}

/// Clients parse the variables as text; the configuration may say them as an object.
Result<std::string> read_variables(const Value& given, const std::string& path) {
  if (given.is_null()) return std::string("{}");
  const Value parsed = given.is_string() ? parsed_or_null(given.get<std::string>()) : given;
  if (!parsed.is_object()) return bad(path, "an object of texts");
  for (const auto& [name, value] : parsed.items())
    if (!value.is_string()) return bad(path + "." + name, "a text");
  return json::dump(parsed);
}

Result<std::string> read_date(const Value& given, const std::string& path) {
  if (given.is_null()) return std::string(kNoDate);
  if (!given.is_string() || !parse_iso8601(given.get<std::string>()))
    return bad(path, "a date like \"2026-11-20T12:09:16.910Z\"");
  return given.get<std::string>();
}

Result<Value> read_one(const Value& given, const std::string& path) {
  if (!given.is_object()) return bad(path, "an object");
  Reader reader(given, path);
  if (!is_sid(reader.string("sid"), "HX"))
    reader.fail("sid", "a SID like \"HX0123456789abcdef0123456789abcdef\"");
  reader.string("friendly_name");
  if (reader.failed()) return Error{.code = Errc::invalid_config, .message = reader.error().message};
  const auto checked = check_variants(reader.any("variants"), path + ".variants");
  if (!checked) return checked.error();
  Value shown = given;
  const auto variables = read_variables(reader.any("variables"), path + ".variables");
  if (!variables) return variables.error();
  shown["variables"] = *variables;
  for (const char* member : {"date_created", "date_updated"}) {
    const auto date = read_date(reader.any(member), path + "." + member);
    if (!date) return date.error();
    shown[member] = *date;
  }
  return Result<Value>(boost::system::in_place_value, std::move(shown));
}

}  // namespace

Result<Value> read(std::string_view json_text) {
  const auto given = json::parse(json_text);
  if (!given) return bad("content_templates", "JSON: " + given.error().message);
  if (!given->is_array()) return bad("content_templates", "an array");
  if (given->size() > limits::kContentTemplates)
    return bad("content_templates", "at most " + std::to_string(limits::kContentTemplates));
  Value shown = Value::array();
  std::set<std::string> sids;
  for (const Value& one : *given) {
    const std::string path = "content_templates[" + std::to_string(shown.size()) + "]";
    auto value = read_one(one, path);
    if (!value) return value.error();
    if (!sids.insert((*value)["sid"].get<std::string>()).second)
      return bad(path + ".sid", "a SID of its own");
    shown.push_back(std::move(*value));
  }
  return Result<Value>(boost::system::in_place_value, std::move(shown));
}

Result<void> check(std::string_view json_text) {
  const auto templates = read(json_text);
  if (!templates) return templates.error();
  return {};
}

}  // namespace parley::chat_service::content_templates
