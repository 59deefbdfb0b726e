#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include <parley/error.hpp>

#include "common/base/json.hpp"

/// Content templates: rich messages that the operator offers to clients, as JSON in the configuration.
///
/// One is `{"sid": "HX...", "friendly_name": "...", "variables": {"1": "name"}, "variants": {...}}`; each
/// variant is named by its type, "twilio/text", "twilio/media", "twilio/location", "twilio/quick-reply",
/// "twilio/call-to-action", "twilio/list-picker", "twilio/card" or another, and has the members of that type.
/// `variables`, `date_created` and `date_updated` (ISO 8601) may be left out. Other members are kept.
namespace parley::chat_service::content_templates {

/// All templates as clients are shown them. Errc::invalid_config, naming the path below `content_templates`,
/// if the text is not an array of templates: clients fail as a whole on one that is malformed.
Result<json::Value> read(std::string_view json_text);

/// For a check of the configuration.
Result<void> check(std::string_view json_text);

}  // namespace parley::chat_service::content_templates
