#pragma once

namespace parley::token_server {

/// The text of openapi.json as it was when the library was built.
const char* openapi_text();

}  // namespace parley::token_server
