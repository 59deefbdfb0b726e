#include "common/base/redact.hpp"

#include "common/base/crypto.hpp"

namespace parley {

std::string redact_identity(std::string_view identity) {
  return "id:" + sha256_hex(identity).substr(0, 10);
}

}  // namespace parley
