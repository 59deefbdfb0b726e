#pragma once
#include <nlohmann/json_fwd.hpp>

#include "common/config/problems.hpp"

/// Content templates in files of their own. Inner to this room.
namespace parley::config {

/// Puts the list of every content_templates_file in place of it.
Problems take_template_files(nlohmann::ordered_json& document);

}  // namespace parley::config
