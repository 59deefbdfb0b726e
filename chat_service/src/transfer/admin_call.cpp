#include "chat_service/src/transfer/admin_call.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/domain/blocks.hpp"
#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/store/database_lock.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service {
namespace {

constexpr const char* kBlock = "block";
constexpr const char* kUnblock = "unblock";
constexpr const char* kAcceptClock = "accept_clock";

Result<Answer> perform(Scope& scope, const DeleteChannel& deletion) {
  auto seen = conversations::find(scope, deletion.channel);
  if (!seen) return seen.error();
  seen->relation.admin = true;  // whoever may open the database may do everything
  if (auto removed = conversations::remove(scope, *seen); !removed) return removed.error();
  return Answer{.status = 204};
}

Result<Answer> perform(Scope& scope, const ChangeBlock& change) {
  const auto user = scope.tables.users.find(scope.service_sid(), change.identity);
  if (!user) return errors::user_not_found();
  if (!change.on)
    blocks::remove(scope, *user, change.blocked);
  else if (auto added = blocks::add(scope, *user, change.blocked); !added)
    return added.error();
  return Answer{.status = 204};
}

Result<Answer> perform(Scope& scope, const AcceptClock&) {
  scope.tables.meta.set_latest_time(scope.now);
  return Answer{.status = 204};
}

}  // namespace

std::string admin_socket_of(const std::string& database) {
  return database == ":memory:" ? "" : file_beside(database, "-admin");
}

std::string encode(const AdminCall& call) {
  json::OrderedValue object = json::OrderedValue::object();
  object["service"] = call.service_sid;
  if (const auto* deletion = std::get_if<DeleteChannel>(&call.action))
    object["delete_channel"] = deletion->channel;
  if (const auto* change = std::get_if<ChangeBlock>(&call.action))
    object[change->on ? kBlock : kUnblock] = {{"identity", change->identity}, {"blocked", change->blocked}};
  if (std::holds_alternative<AcceptClock>(call.action)) object[kAcceptClock] = true;
  return json::dump(object);
}

Result<AdminCall> decode_admin_call(std::string_view line) {
  const auto object = json::parse_object(line);
  if (!object) return object.error();
  json::Reader reader(*object, "call");
  AdminCall call{.service_sid = reader.string("service")};
  const bool on = object->contains(kBlock);
  if (on || object->contains(kUnblock)) {
    json::Reader change(reader.object(on ? kBlock : kUnblock), "call.block");
    call.action =
        ChangeBlock{.identity = change.string("identity"), .blocked = change.string("blocked"), .on = on};
    if (change.failed()) return change.error();
  } else if (object->contains(kAcceptClock)) {
    call.action = AcceptClock();
  } else {
    call.action = DeleteChannel{reader.string("delete_channel")};
  }
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
  return [action = std::move(call.action)](Scope& scope) {
    return std::visit([&](const auto& what) { return perform(scope, what); }, action);
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
