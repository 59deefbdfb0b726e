#pragma once
#include <nlohmann/json_fwd.hpp>

#include "chat_service/src/routes/router.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service::routes::session {

/// Does what a command asks for and says what came of it: {"status": 200, ...}, or {"status": 403,
/// "statusText": "..."} and nothing is changed. Each command is a request of today's client protocol, with
/// other names: rights, limits and errors are those of that request. `request` is an object.
json::OrderedValue run_command(Scope& scope, const Call& call, const json::Value& request);

}  // namespace parley::chat_service::routes::session
