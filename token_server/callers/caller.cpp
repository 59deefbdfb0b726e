#include "token_server/callers/caller.hpp"

namespace parley::token_server {

std::string_view to_string(CallerKind kind) {
  switch (kind) {
    case CallerKind::development:
      return "development";
    case CallerKind::backend_key:
      return "backend_key";
    case CallerKind::user:
      return "user";
    case CallerKind::oidc:
      break;
  }
  return "oidc";
}

}  // namespace parley::token_server
