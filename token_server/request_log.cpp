#include "token_server/request_log.hpp"

#include <nlohmann/json.hpp>

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"

namespace parley::token_server {

std::string to_json_line(const RequestRecord& record, WallTime time) {
  json::Value line = json::Value::object();
  line["time"] = format_iso8601(time);
  line["level"] = "info";
  line["event"] = "request";
  line["method"] = record.method;
  line["route"] = record.route;
  line["status"] = record.status;
  if (!record.identity.empty()) line["identity"] = record.identity;
  if (!record.token_id.empty()) {
    line["jti"] = record.token_id;
    line["ttl"] = record.ttl.count();
  }
  return json::dump(line);
}

}  // namespace parley::token_server
