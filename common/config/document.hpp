#pragma once
#include <boost/system/result.hpp>
#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/config/config.hpp"

/// The configuration as JSON, before it is checked. Inner to this room.
namespace parley::config {

/// Keeps the order of members: a grant's parameters go into tokens as they were written.
/// Fails with the place of the error, never with the text around it.
boost::system::result<nlohmann::ordered_json, Problems> parse_document(std::string_view text,
                                                                       const std::string& name);

/// Key path -> the environment variable its value came from.
using Origins = std::map<std::string, std::string>;

/// Puts the variables that are set into the document's account. A document with a list of accounts is left
/// as it is and each variable that is set is a problem: whose value would it be?
Origins apply_environment(nlohmann::ordered_json& document, const Environment& environment,
                          Problems& problems);

inline constexpr std::size_t kConfigBytes = 64 * 1024;

/// The content of a configuration file, or why it cannot be read; never waits for a pipe.
boost::system::result<std::string, Problem> read_file(const std::string& path);

}  // namespace parley::config
