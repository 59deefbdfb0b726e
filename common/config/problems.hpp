#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace parley::config {

/// One reason why a configuration is refused. Never holds a value from the file: it may be a secret.
struct Problem {
  std::string key;   ///< path of the key, e.g. "account.api_key_sid"; or the file's name
  std::string what;  ///< e.g. "expected \"SK\" and 32 lower-case hex digits"

  friend bool operator==(const Problem&, const Problem&) = default;
};

using Problems = std::vector<Problem>;

/// One line per problem, "key: what", each after two blanks.
std::string describe(const Problems& problems);

/// "a.b" from "a" and "b"; "b" if `parent` is empty.
std::string join_path(std::string_view parent, std::string_view key);

}  // namespace parley::config
