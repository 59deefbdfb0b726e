#include "chat_service/src/transfer/admin_call.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/store/database_lock.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service {

std::string admin_socket_of(const std::string& database) {
  return database == ":memory:" ? "" : file_beside(database, "-admin");
}

std::string encode(const AdminCall& call) {
  if (call.accept_clock) return json::dump({{"accept_clock", true}});
  return json::dump({{"delete_channel", call.channel}, {"service", call.service_sid}});
}

Result<AdminCall> decode_admin_call(std::string_view line) {
  const auto object = json::parse_object(line);
  if (!object) return object.error();
  json::Reader reader(*object, "call");
  if (object->contains("accept_clock")) return AdminCall{.accept_clock = true};
  AdminCall call{.service_sid = reader.string("service"), .channel = reader.string("delete_channel")};
  if (reader.failed()) return reader.error();
  return call;
}

std::string encode(const Result<void>& done) {
  if (done) return json::dump({{"ok", true}});
  return json::dump({{"error", done.error().message}, {"status", done.error().http_status}});
}

Result<void> decode_admin_answer(std::string_view line) {
  const auto object = json::parse_object(line);
  if (!object) return object.error();
  if (object->contains("ok")) return {};
  json::Reader reader(*object, "answer");
  Error error{.code = Errc::invalid_argument, .message = reader.string("error")};
  if (reader.failed()) return reader.error();
  if (const auto status = reader.optional_integer("status")) error.http_status = static_cast<int>(*status);
  return error;
}

Work work_of(AdminCall call) {
  if (call.accept_clock)
    return [](Scope& scope) -> Result<Answer> {
      scope.tables.meta.set_latest_time(scope.now);
      return Answer{.status = 204};
    };
  return [call = std::move(call)](Scope& scope) -> Result<Answer> {
    auto seen = conversations::find(scope, call.channel);
    if (!seen) return seen.error();
    seen->relation.admin = true;  // whoever may open the database may do everything
    if (auto removed = conversations::remove(scope, *seen); !removed) return removed.error();
    return Answer{.status = 204};
  };
}

Caller admin_of(const AdminCall& call) {
  return {.service_sid = call.service_sid, .identity = "", .is_admin = true};
}

Result<void> outcome_of(const http::Response& response) {
  if (response.status < 300) return {};
  Error error{
      .code = Errc::invalid_argument, .message = "the service refused", .http_status = response.status};
  if (const auto object = json::parse_object(response.body); object && object->contains("message"))
    error.message = json::Reader(*object, "answer").string("message");
  return error;
}

}  // namespace parley::chat_service
