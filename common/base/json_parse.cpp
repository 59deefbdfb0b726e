#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/base/json.hpp"
#include "common/base/json_text.hpp"
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

/// What the library's parser calls for. The handlers below hide what they need.
struct Events {
  using Text = boost::json::string_view;
  using Failure = boost::json::error_code;
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_object_begin(Failure&) { return true; }
  bool on_object_end(std::size_t, Failure&) { return true; }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t, Failure&) { return true; }
  bool on_key_part(Text, std::size_t, Failure&) { return true; }
  bool on_key(Text, std::size_t, Failure&) { return true; }
  bool on_string_part(Text, std::size_t, Failure&) { return true; }
  bool on_string(Text, std::size_t, Failure&) { return true; }
  bool on_number_part(Text, Failure&) { return true; }
  bool on_int64(std::int64_t, Text, Failure&) { return true; }
  bool on_uint64(std::uint64_t, Text, Failure&) { return true; }
  bool on_double(double value, Text text, Failure& failure) { return is_finite(exact(value, text), failure); }
  bool on_bool(bool, Failure&) { return true; }
  bool on_null(Failure&) { return true; }
  bool on_comment_part(Text, Failure&) { return true; }
  bool on_comment(Text, Failure&) { return true; }

  /// The library's own conversion may be one bit off.
  static double exact(double value, Text text) {
    double read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    return error == std::errc() && end == text.data() + text.size() ? read : value;
  }

  /// False, which ends the reading, for a number that no double holds.
  bool is_finite(double value, Failure& failure) {
    return std::isfinite(value) || stop(bad_json("syntax error"), failure);
  }

  /// False, which ends the reading.
  bool stop(Error error, Failure& failure) {
    stopped_by = std::move(error);
    failure = boost::json::error::exception;
    return false;
  }

  std::optional<Error> stopped_by;
};

/// Counts, and keeps nothing.
class Counter : public Events {
 public:
  explicit Counter(const Bounds& bounds) : bounds_(bounds) {}

  bool on_object_end(std::size_t members, Failure& failure) {
    members_ += members;
    return members_ <= bounds_.members || stop(too_many(bounds_.members, "members"), failure);
  }
  bool on_array_end(std::size_t elements, Failure& failure) {
    elements_ += elements;
    return elements_ <= bounds_.elements || stop(too_many(bounds_.elements, "elements"), failure);
  }

 private:
  const Bounds bounds_;
  std::size_t members_ = 0;
  std::size_t elements_ = 0;
};

/// Builds a value, and counts on the way: what is too much ends the reading where it is found.
class Builder : public Events {
 public:
  Builder(const Bounds& bounds, Repeated repeated) : bounds_(bounds), repeated_rule_(repeated) {}

  bool on_null(Failure& failure) { return put(nullptr, failure); }
  bool on_bool(bool value, Failure& failure) { return put(value, failure); }
  bool on_int64(std::int64_t value, Text, Failure& failure) {
    return value < 0 ? put(value, failure) : put(static_cast<std::uint64_t>(value), failure);
  }
  bool on_uint64(std::uint64_t value, Text, Failure& failure) { return put(value, failure); }
  bool on_double(double value, Text text, Failure& failure) {
    const double number = exact(value, text);
    return is_finite(number, failure) && put(number, failure);
  }
  bool on_string_part(Text part, std::size_t, Failure&) { return keep(part); }
  bool on_string(Text part, std::size_t, Failure& failure) {
    keep(part);
    return put(std::exchange(text_, {}), failure);
  }
  bool on_object_begin(Failure& failure) { return open(Value::object(), failure); }
  bool on_array_begin(Failure& failure) { return open(Value::array(), failure); }
  bool on_object_end(std::size_t, Failure&) { return close(); }
  bool on_array_end(std::size_t, Failure&) { return close(); }
  bool on_key_part(Text part, std::size_t, Failure&) { return keep(part); }
  bool on_key(Text part, std::size_t, Failure& failure);

  Value take() { return std::move(root_); }
  std::optional<std::string> take_repeated() { return std::move(repeated_); }

 private:
  /// An object or array that is open at the current point of the text. Both pointers stay: maps do not move
  /// their members, and an array grows after its last element is closed only.
  struct Level {
    Value* value;
    Value::object_t::value_type* member = nullptr;  // the one being read
  };

  bool keep(Text part) {
    text_.append(part.data(), part.size());
    return true;
  }

  template <class T>
  bool put(T&& value, Failure& failure) {
    return place(std::forward<T>(value), failure) != nullptr;
  }

  /// Where the value stands now; null if it is one too many.
  Value* place(Value value, Failure& failure) {
    if (open_.empty()) return &(root_ = std::move(value));
    const Level& level = open_.back();
    if (level.member) return &(level.member->second = std::move(value));
    if (elements_++ == bounds_.elements) {
      stop(too_many(bounds_.elements, "elements"), failure);
      return nullptr;
    }
    auto& array = *level.value->get_ptr<Value::array_t*>();
    array.push_back(std::move(value));
    return &array.back();
  }

  bool open(Value value, Failure& failure) {
    Value* const placed = place(std::move(value), failure);
    if (placed) open_.push_back({placed});
    return placed != nullptr;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string path() const {
    std::string text;
    for (const Level& level : open_) {
      if (!level.member) text += "[]";
      if (level.member) text += (text.empty() ? "" : ".") + level.member->first;
    }
    return text;
  }

  const Bounds bounds_;
  const Repeated repeated_rule_;
  Value root_;
  std::vector<Level> open_;
  std::string text_;  // of a name or string whose parts are coming
  std::size_t members_ = 0;
  std::size_t elements_ = 0;
  std::optional<std::string> repeated_;
};

bool Builder::on_key(Text part, std::size_t, Failure& failure) {
  keep(part);
  if (members_++ == bounds_.members) return stop(too_many(bounds_.members, "members"), failure);
  auto& object = *open_.back().value->get_ptr<Value::object_t*>();
  const auto [member, is_new] = object.emplace(std::exchange(text_, {}), nullptr);
  open_.back().member = &*member;
  if (is_new || repeated_rule_ == Repeated::last_counts) return true;
  repeated_ = path();
  return stop(bad_json("a member is named twice"), failure);
}

/// The library's parser over the whole text.
template <class Handler>
class Parser {
 public:
  template <class... Args>
  explicit Parser(const Args&... args) : parser_(options(), args...) {}

  Result<void> read(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    boost::json::error_code error;
    const auto taken = parser_.write_some(/*more=*/false, text.data(), text.size(), error);
    if (auto& reason = handler().stopped_by) return std::move(*reason);
    if (error == boost::json::error::too_deep) return bad_json("nested too deeply");
    if (error || taken != text.size()) return bad_json(is_valid_utf8(text) ? "syntax error" : "not UTF-8");
    return {};
  }
  Handler& handler() { return parser_.handler(); }

 private:
  static boost::json::parse_options options() {
    boost::json::parse_options options;
    options.max_depth = limits::kJsonDepth;
    return options;
  }

  boost::json::basic_parser<Handler> parser_;
};

Result<Value> build(std::string_view text, const Bounds& bounds, Repeated repeated) {
  Parser<Builder> parser(bounds, repeated);
  if (auto read = parser.read(text); !read) return read.error();
  // Spelled out: a JSON value converts to nearly anything, so the plain conversion is ambiguous.
  return Result<Value>(boost::system::in_place_value, parser.handler().take());
}

Result<Value> want_object(Result<Value> value) {
  if (value && !value->is_object()) return not_an_object();
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

Result<void> check(std::string_view text, const Bounds& bounds) { return Parser<Counter>(bounds).read(text); }

std::optional<std::string> find_repeated_member(std::string_view text) {
  Parser<Builder> parser(kAnyNumber, Repeated::refused);
  static_cast<void>(parser.read(text));
  return parser.handler().take_repeated();
}

bool is_json(std::string_view text) { return check(text, kAnyNumber).has_value(); }

}  // namespace parley::json
