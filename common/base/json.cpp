#include "common/base/json.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "common/base/limits.hpp"
#include "common/base/utf8.hpp"

namespace parley::json {
namespace {

Error bad_json(std::string_view what) {
  return {.code = Errc::protocol_error, .message = "JSON: " + std::string(what)};
}

// The library parses any depth, but a value must also be safe to copy and print recursively.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if ((c == '{' || c == '[') && ++depth > limits::kJsonDepth) return true;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return false;
}

const Value& null_value() {
  static const Value value;
  return value;
}

}  // namespace

Result<Value> parse(std::string_view text) {
  if (too_deep(text)) return bad_json("nested too deeply");
  if (!is_valid_utf8(text)) return bad_json("not UTF-8");
  // The library would take it for the end of the text and read nothing behind it.
  if (text.find('\0') != text.npos) return bad_json("syntax error");
  Value value = Value::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return bad_json("syntax error");
  // Spelled out: a JSON value converts to nearly anything, so the plain conversion is ambiguous.
  return Result<Value>(boost::system::in_place_value, std::move(value));
}

Result<Value> parse_object(std::string_view text) {
  auto value = parse(text);
  if (value && !value->is_object()) return bad_json("not an object");
  return value;
}

std::string dump(const Value& value) { return value.dump(-1, ' ', false, Value::error_handler_t::replace); }

void append_quoted(std::string& out, std::string_view text) {
  // No early end: the compiler makes it a few wide instructions.
  bool is_plain = true;
  for (const char c : text) is_plain &= c >= ' ' && c < 0x7f && c != '"' && c != '\\';
  if (!is_plain) {
    out += dump(Value(std::string(text)));
    return;
  }
  out.append(1, '"').append(text).append(1, '"');
}

std::string quote(std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 2);
  append_quoted(quoted, text);
  return quoted;
}

bool is_json(std::string_view text) { return parse(text).has_value(); }

Reader::Reader(const Value& object, std::string path) : object_(object), path_(std::move(path)) {
  if (!object_.is_object())
    error_ = Error{.code = Errc::protocol_error, .message = path_ + ": expected an object"};
}

std::string Reader::path_of(const char* name) const { return path_.empty() ? name : path_ + "." + name; }

void Reader::fail(const char* name, std::string_view expected) {
  if (failed()) return;
  error_ =
      Error{.code = Errc::protocol_error, .message = path_of(name) + ": expected " + std::string(expected)};
}

const Value* Reader::find(const char* name, bool required, std::string_view expected) {
  if (failed()) return nullptr;
  const auto member = object_.find(name);
  if (member != object_.end() && !(member->is_null() && !required)) return &*member;
  if (required) fail(name, expected);
  return nullptr;
}

std::string Reader::string(const char* name) {
  const Value* value = find(name, true, "a string");
  if (value && value->is_string()) return value->get<std::string>();
  fail(name, "a string");
  return {};
}

bool is_int64(const Value& value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() > kMost);
}

std::int64_t Reader::integer(const char* name) {
  const Value* value = find(name, true, "an integer");
  if (value && is_int64(*value)) return value->get<std::int64_t>();
  fail(name, "an integer");
  return 0;
}

bool Reader::boolean(const char* name) {
  const Value* value = find(name, true, "true or false");
  if (value && value->is_boolean()) return value->get<bool>();
  fail(name, "true or false");
  return false;
}

const Value& Reader::object(const char* name) {
  const Value* value = find(name, true, "an object");
  if (value && value->is_object()) return *value;
  fail(name, "an object");
  return null_value();
}

const Value& Reader::array(const char* name) {
  const Value* value = find(name, true, "an array");
  if (value && value->is_array()) return *value;
  fail(name, "an array");
  return null_value();
}

std::optional<std::string> Reader::optional_string(const char* name) {
  const Value* value = find(name, false, "a string");
  if (!value) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  fail(name, "a string or null");
  return std::nullopt;
}

std::optional<std::int64_t> Reader::optional_integer(const char* name) {
  const Value* value = find(name, false, "an integer");
  if (!value) return std::nullopt;
  if (is_int64(*value)) return value->get<std::int64_t>();
  fail(name, "an integer or null");
  return std::nullopt;
}

const Value& Reader::any(const char* name) {
  const Value* value = find(name, false, "");
  return value ? *value : null_value();
}

}  // namespace parley::json
