#include "common/base/json.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace parley::json {
namespace {

const Value& null_value() {
  static const Value value;
  return value;
}

}  // namespace

std::string dump(const OrderedValue& value) {
  return value.dump(-1, ' ', false, OrderedValue::error_handler_t::replace);
}

template <std::same_as<Value> V>
std::string dump(const V& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}
template std::string dump<Value>(const Value& value);

void append_quoted(std::string& out, std::string_view text) {
  // No early end: the compiler makes it a few wide instructions.
  bool is_plain = true;
  for (const char c : text) is_plain &= c >= ' ' && c < 0x7f && c != '"' && c != '\\';
  if (!is_plain) {
    out += dump(OrderedValue(std::string(text)));
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

std::string FirstFailure::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void FirstFailure::fail_object() {
  error_ = Error{.code = Errc::protocol_error, .message = path_ + ": expected an object"};
}

void FirstFailure::fail(std::string_view name, std::string_view expected) {
  if (failed()) return;
  error_ =
      Error{.code = Errc::protocol_error, .message = path_of(name) + ": expected " + std::string(expected)};
}

Reader::Reader(const Value& object, std::string path) : FirstFailure(std::move(path)), object_(object) {
  if (!object_.is_object()) fail_object();
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
