#pragma once
#include <boost/system/result.hpp>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/config/config.hpp"

/// The configuration as JSON, before it is checked. Inner to this room.
namespace parley::config {

/// Fails with the place of the error, never with the text around it.
boost::system::result<nlohmann::json, Problems> parse_document(std::string_view text,
                                                               const std::string& name);

/// Key path -> the environment variable its value came from.
using Origins = std::map<std::string, std::string>;

/// Puts the variables that are set into the document's account.
Origins apply_environment(nlohmann::json& document, const Environment& environment);

/// The content of a file, at most 64 KiB.
boost::system::result<std::string, Problem> read_file(const std::string& path);

}  // namespace parley::config
