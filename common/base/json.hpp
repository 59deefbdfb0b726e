#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>

/// JSON at the codec edges: parsing with limits and reading members with an error that names the path.
/// Include <nlohmann/json.hpp> in the .cpp file that uses these.
namespace parley::json {

/// Keeps the order of members, as the wire and the byte-exact tokens need it.
using Value = nlohmann::ordered_json;

/// Refuses bad syntax, invalid UTF-8 and nesting deeper than limits::kJsonDepth.
Result<Value> parse(std::string_view text);
/// As `parse`, and the text must be an object.
Result<Value> parse_object(std::string_view text);

/// As `parse_object`, and no object in it may name a member twice: which of the two counts would depend
/// on the reader.
Result<Value> parse_unique_object(std::string_view text);
/// The path of the first member that its object names twice, e.g. "account.account_sid".
std::optional<std::string> find_repeated_member(std::string_view text);

/// Compact text. Bytes that are not UTF-8 become U+FFFD rather than an exception.
std::string dump(const Value& value);

/// Appends `text` as a JSON string, quotes included; as dump() does it, but quick for plain ASCII.
void append_quoted(std::string& out, std::string_view text);
/// The same as a text of its own.
std::string quote(std::string_view text);

/// True if `text` is JSON within the limits (the form in which attributes travel).
bool is_json(std::string_view text);

/// True for an integer that fits std::int64_t: larger ones would wrap to negative numbers.
bool is_int64(const Value& value);

/// Members of one object, read by name. The first failure is kept; later reads return defaults, so a
/// decoder reads everything and asks once at the end.
class Reader {
 public:
  /// `path` is put before the member's name in errors, e.g. "messages[3]".
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

  std::string path_of(const char* name) const;
  void fail(const char* name, std::string_view expected);
  bool failed() const { return error_.has_value(); }
  Error error() const { return *error_; }

 private:
  const Value* find(const char* name, bool required, std::string_view expected);

  const Value& object_;
  std::string path_;
  std::optional<Error> error_;
};

}  // namespace parley::json
