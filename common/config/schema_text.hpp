#pragma once

namespace parley::config {

/// The text of config.schema.json as it was when the library was built.
const char* schema_text();

}  // namespace parley::config
