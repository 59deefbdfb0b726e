#pragma once
#include <cstdint>
#include <forward_list>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/json.hpp"

/// The parts of a JSON text as they are written: for what is passed on unchanged, and where the order of
/// members counts. The text must be one that json::parse() or json::check() has taken; the views point into
/// it.
namespace parley::json {

/// Skipped at the beginning of a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// As check(), and the text must be an object.
Result<void> check_object(std::string_view text, const Bounds& bounds = {});
/// The error for a text that is JSON and no object.
Error not_an_object();

struct TextMember {
  std::string name;
  std::string_view value;
};

/// The members of an object in their order; nothing of any other value.
std::vector<TextMember> members_in(std::string_view object);
/// The elements of an array; nothing of any other value.
std::vector<std::string_view> elements_in(std::string_view array);
/// The value of the object's last member of that name, which is the one that counts; "" if there is none.
std::string_view member_in(std::string_view object, std::string_view name);
/// What a string says; nothing of any other value.
std::optional<std::string> string_in(std::string_view value);
/// What an integer that fits says; nothing of any other value.
std::optional<std::int64_t> integer_in(std::string_view value);
inline bool is_object(std::string_view value) { return value.starts_with('{'); }
inline bool is_array(std::string_view value) { return value.starts_with('['); }
inline bool is_string(std::string_view value) { return value.starts_with('"'); }

/// As Reader, over the text of an object: nothing is built but what is asked for. For what a client receives
/// often. Lifetime: shorter than the text's.
class TextReader : public FirstFailure {
 public:
  TextReader(std::string_view object, std::string path);

  std::string string(std::string_view name);                            ///< required
  std::int64_t integer(std::string_view name);                          ///< required
  bool boolean(std::string_view name);                                  ///< required
  std::string_view object(std::string_view name);                       ///< required; its text
  std::string_view array(std::string_view name);                        ///< required; its text
  std::optional<std::string> optional_string(std::string_view name);    ///< absent or null: nothing
  std::optional<std::int64_t> optional_integer(std::string_view name);  ///< absent or null: nothing
  /// The text of the member's value; "" if it is absent, null or if reading has failed.
  std::string_view any(std::string_view name) const;

 private:
  struct Member {
    std::string_view name;
    std::string_view value;
  };

  std::vector<Member> members_;
  std::forward_list<std::string> unescaped_;  // names that are not written as they are
};

}  // namespace parley::json
