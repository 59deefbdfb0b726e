#pragma once
#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.hpp"

/// Keys of back ends in a file of their own: a JSON list of at most 10,000 objects as in `keys`.
namespace parley::config {

using LoadedKeys = boost::system::result<std::vector<BackendKey>, Problems>;

inline constexpr std::size_t kKeysFileBytes = 1024 * 1024;

/// `path` stands for the list in problems, e.g. "token_server.callers[0].keys_file".
LoadedKeys parse_keys(std::string_view text, const std::string& path);

/// A file that does not exist holds no keys. One that others may write to is refused: they could add a key of
/// theirs (on Windows this is not looked at).
LoadedKeys read_keys_file(const std::string& file, const std::string& path);

/// One JSON object on one line, as it stands in `keys` or in a file.
std::string format_key(const BackendKey& key);
/// The content of a file.
std::string format_keys(const std::vector<BackendKey>& keys);

}  // namespace parley::config
