#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/base/utf8.hpp"

namespace parley::json {
namespace {

/// For texts whose size alone bounds them.
constexpr Bounds kAnyNumber{std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max()};

Error bad_json(std::string what) {
  return {.code = Errc::protocol_error, .message = "JSON: " + std::move(what)};
}

Error too_many(std::size_t most, const char* of_what) {
  return {.code = Errc::limit_exceeded, .message = "JSON: more than " + std::to_string(most) + " " + of_what};
}

enum class Repeated { last_counts, refused };

/// Builds a value from the events of the library's parser, which recurses nowhere, and counts on the way:
/// what is too much ends the reading where it is found.
class Builder {
 public:
  using number_integer_t = Value::number_integer_t;
  using number_unsigned_t = Value::number_unsigned_t;
  using number_float_t = Value::number_float_t;
  using string_t = Value::string_t;
  using binary_t = Value::binary_t;

  Builder(const Bounds& bounds, Repeated repeated) : bounds_(bounds), repeated_rule_(repeated) {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(number_integer_t value) { return put(value); }
  bool number_unsigned(number_unsigned_t value) { return put(value); }
  bool number_float(number_float_t value, const string_t&) { return put(value); }
  bool string(string_t& value) { return put(std::move(value)); }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Value::object()); }
  bool start_array(std::size_t) { return open(Value::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return fail(bad_json("syntax error"));
  }

  bool key(string_t& name) {
    if (members_++ == bounds_.members) return fail(too_many(bounds_.members, "members"));
    auto& object = *open_.back().value->get_ptr<Value::object_t*>();
    const auto [member, is_new] = object.emplace(std::move(name), nullptr);
    open_.back().member = &*member;
    if (is_new || repeated_rule_ == Repeated::last_counts) return true;
    repeated_ = path();
    return fail(bad_json("a member is named twice"));
  }

  Result<Value> take() {
    if (failure_) return std::move(*failure_);
    // Spelled out: a JSON value converts to nearly anything, so the plain conversion is ambiguous.
    return Result<Value>(boost::system::in_place_value, std::move(root_));
  }
  std::optional<std::string> take_repeated() { return std::move(repeated_); }

 private:
  /// An object or array that is open at the current point of the text. Both pointers stay: maps do not move
  /// their members, and an array grows after its last element is closed only.
  struct Level {
    Value* value;
    Value::object_t::value_type* member = nullptr;  // the one being read
  };

  template <class T>
  bool put(T&& value) {
    return place(std::forward<T>(value)) != nullptr;
  }

  /// Where the value stands now; null if it is one too many.
  Value* place(Value value) {
    if (open_.empty()) return &(root_ = std::move(value));
    const Level& level = open_.back();
    if (level.member) return &(level.member->second = std::move(value));
    if (elements_++ == bounds_.elements) {
      fail(too_many(bounds_.elements, "elements"));
      return nullptr;
    }
    auto& array = *level.value->get_ptr<Value::array_t*>();
    array.push_back(std::move(value));
    return &array.back();
  }

  bool open(Value value) {
    if (open_.size() == limits::kJsonDepth) return fail(bad_json("nested too deeply"));
    Value* const placed = place(std::move(value));
    if (placed) open_.push_back({placed});
    return placed != nullptr;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool fail(Error error) {
    failure_ = std::move(error);
    return false;
  }

  std::string path() const {
    std::string text;
    for (const Level& level : open_) {
      if (!level.member) text += "[]";
      if (level.member) text += (text.empty() ? "" : ".") + level.member->first;
    }
    return text;
  }

  const Bounds& bounds_;
  const Repeated repeated_rule_;
  Value root_;
  std::vector<Level> open_;
  std::size_t members_ = 0;
  std::size_t elements_ = 0;
  std::optional<Error> failure_;
  std::optional<std::string> repeated_;
};

Result<Value> build(std::string_view text, const Bounds& bounds, Repeated repeated) {
  if (!is_valid_utf8(text)) return bad_json("not UTF-8");
  // The library would take it for the end of the text and read nothing behind it.
  if (text.find('\0') != text.npos) return bad_json("syntax error");
  Builder builder(bounds, repeated);
  Value::sax_parse(text, &builder);
  return builder.take();
}

Result<Value> want_object(Result<Value> value) {
  if (value && !value->is_object()) return bad_json("not an object");
  return value;
}

}  // namespace

Result<Value> parse(std::string_view text, const Bounds& bounds) {
  return build(text, bounds, Repeated::last_counts);
}

Result<Value> parse_object(std::string_view text, const Bounds& bounds) {
  return want_object(build(text, bounds, Repeated::last_counts));
}

Result<Value> parse_unique_object(std::string_view text, const Bounds& bounds) {
  return want_object(build(text, bounds, Repeated::refused));
}

std::optional<std::string> find_repeated_member(std::string_view text) {
  Builder builder(kAnyNumber, Repeated::refused);
  Value::sax_parse(text, &builder);
  return builder.take_repeated();
}

bool is_json(std::string_view text) { return build(text, kAnyNumber, Repeated::last_counts).has_value(); }

}  // namespace parley::json
