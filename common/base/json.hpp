#pragma once
#include <concepts>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>

#include "common/base/limits.hpp"

/// JSON at the codec edges: parsing with limits and reading members with an error that names the path.
/// Include <nlohmann/json.hpp> in the .cpp file that uses these.
namespace parley::json {

/// What is read. A member is found in logarithmic time, whoever wrote the text; the order of members is not
/// kept (json_text.hpp reads it where it matters).
using Value = nlohmann::json;

/// What our own code writes member by member, in the order that the wire and the byte-exact tokens need. Each
/// look-up compares every member: nothing that somebody else wrote is ever parsed into it.
using OrderedValue = nlohmann::ordered_json;

/// How much of it is taken, counted while the text is read. The bytes of a text are bounded by who receives
/// it.
struct Bounds {
  std::size_t members = limits::kJsonMembers;    ///< of all its objects
  std::size_t elements = limits::kJsonElements;  ///< of all its arrays
};
/// Of what a server answers to a client of ours.
inline constexpr Bounds kAnswerBounds{limits::kAnswerJsonMembers, limits::kAnswerJsonElements};

/// Refuses bad syntax, invalid UTF-8 and nesting deeper than limits::kJsonDepth (Errc::protocol_error), and
/// more than `bounds` (Errc::limit_exceeded). Of a member that is there twice the last one counts.
Result<Value> parse(std::string_view text, const Bounds& bounds = {});
/// As `parse`, and the text must be an object.
Result<Value> parse_object(std::string_view text, const Bounds& bounds = {});

/// As `parse_object`, and no object in it may name a member twice: which of the two counts would depend
/// on the reader.
Result<Value> parse_unique_object(std::string_view text, const Bounds& bounds = {});
/// As `parse`, for a text that is read by its parts (json_text.hpp): nothing is built. Ten times as quick.
Result<void> check(std::string_view text, const Bounds& bounds = {});
/// The path of the first member that its object names twice, e.g. "account.account_sid".
std::optional<std::string> find_repeated_member(std::string_view text);

/// Compact text. Bytes that are not UTF-8 become U+FFFD rather than an exception. A template, so that a list
/// in braces is an OrderedValue.
std::string dump(const OrderedValue& value);
template <std::same_as<Value> V>
std::string dump(const V& value);
extern template std::string dump<Value>(const Value& value);

/// Appends `text` as a JSON string, quotes included; as dump() does it, but quick for plain ASCII.
void append_quoted(std::string& out, std::string_view text);
/// The same as a text of its own.
std::string quote(std::string_view text);

/// True if `text` is JSON that is not nested too deeply (the form in which attributes travel). Its members
/// and elements are as many as its bytes allow.
bool is_json(std::string_view text);

/// True for an integer that fits std::int64_t: larger ones would wrap to negative numbers.
bool is_int64(const Value& value);

/// The first failure of somebody who reads the members of one object.
class FirstFailure {
 public:
  /// `path` is put before the member's name in errors, e.g. "messages[3]".
  explicit FirstFailure(std::string path) : path_(std::move(path)) {}

  std::string path_of(std::string_view name) const;
  void fail(std::string_view name, std::string_view expected);
  bool failed() const { return error_.has_value(); }
  Error error() const { return *error_; }

 protected:
  void fail_object();

 private:
  std::string path_;
  std::optional<Error> error_;
};

/// Members of one object, read by name. The first failure is kept; later reads return defaults, so a
/// decoder reads everything and asks once at the end.
class Reader : public FirstFailure {
 public:
  Reader(const Value& object, std::string path);

  std::string string(const char* name);                            ///< required
  std::int64_t integer(const char* name);                          ///< required
  bool boolean(const char* name);                                  ///< required
  const Value& object(const char* name);                           ///< required
  const Value& array(const char* name);                            ///< required
  std::optional<std::string> optional_string(const char* name);    ///< absent or null: nothing
  std::optional<std::int64_t> optional_integer(const char* name);  ///< absent or null: nothing
  /// The member, or null if absent.
  const Value& any(const char* name);

 private:
  const Value* find(const char* name, bool required, std::string_view expected);

  const Value& object_;
};

}  // namespace parley::json
