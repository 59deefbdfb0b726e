#pragma once
#include <string>
#include <string_view>

namespace parley {

/// What a log may show instead of an identity: a short stable fingerprint, e.g. "id:5f2ab1c09d".
std::string redact_identity(std::string_view identity);

}  // namespace parley
