#include "common/base/redact.hpp"

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"

namespace parley {

std::string redact_identity(std::string_view identity) {
  return "id:" + hex_encode(as_bytes(sha256(identity)).first(5));
}

}  // namespace parley
