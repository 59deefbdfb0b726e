#include "chat_service/src/media/records.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::media::records {
namespace {

Error not_found() { return errors::no_such_route("medium"); }

WallTime to_wall_time(Millis millis) { return WallTime(std::chrono::milliseconds(millis)); }

bool is_own_upload(const Scope& scope, const Medium& medium) {
  return scope.is_admin || (!scope.caller.identity.empty() && medium.author == scope.caller.identity);
}

json::OrderedValue to_json(const std::optional<std::string>& text) {
  return text ? json::OrderedValue(*text) : json::OrderedValue(nullptr);
}

json::OrderedValue conversation_sid(Scope& scope, const Medium& medium) {
  if (!medium.conversation) return nullptr;
  const auto conversation = scope.tables.conversations.find(*medium.conversation);
  return conversation ? json::OrderedValue(conversation->sid) : json::OrderedValue(nullptr);
}

json::OrderedValue descriptor(Scope& scope, const TemporaryUrls& urls, const Medium& medium) {
  const std::string url = scope.links.media() + "/" + medium.sid;
  const std::string content = url + "/Content";
  const std::string query = urls.query(scope.service_sid(), medium.sid, to_wall_time(scope.now));
  return {{"sid", medium.sid},
          {"service_sid", scope.service_sid()},
          {"channel_sid", conversation_sid(scope, medium)},
          {"message_sid", to_json(medium.message_sid)},
          {"author", medium.author},
          {"size", medium.size},
          {"content_type", medium.content_type},
          {"filename", to_json(medium.filename)},
          {"category", medium.category},
          {"date_created", to_iso(medium.date_created)},
          {"date_upload_updated", to_iso(medium.date_created)},
          {"date_updated", to_iso(medium.date_updated)},
          {"is_multipart_upstream", false},
          {"url", url},
          {"links", {{"content", content}, {"content_direct_temporary", content + "?" + query}}}};
}

/// One entry of a set: the official client reads the SID of a failed one.
json::OrderedValue set_entry(Scope& scope, const TemporaryUrls& urls, const std::string& sid) {
  const auto medium = find(scope, sid);
  if (medium) return {{"code", 200}, {"media_record", descriptor(scope, urls, *medium)}};
  return {{"code", medium.error().http_status}, {"media_record", {{"sid", sid}}}};
}

Result<std::vector<std::string>> read_set(const std::string& body) {
  const auto parsed = json::parse_object(body);
  if (!parsed) return errors::bad_request("body: " + parsed.error().message);
  json::Reader reader(*parsed, "");
  const std::string command = reader.string("command");
  const json::Value& list = reader.array("list");
  if (reader.failed()) return errors::bad_request(reader.error().message);
  if (command != "get") return errors::bad_request("command: expected \"get\"");
  if (list.size() > limits::kMediaSetEntries)
    return errors::bad_request("list: expected at most " + std::to_string(limits::kMediaSetEntries) +
                               " entries");
  std::vector<std::string> sids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = "list[" + std::to_string(i) + "]";
    if (!list[i].is_object()) return errors::bad_request(path + ": expected an object");
    json::Reader entry(list[i], path);
    sids.push_back(entry.string("media_sid"));
    if (entry.failed()) return errors::bad_request(entry.error().message);
  }
  return sids;
}

}  // namespace

Result<Medium> find_for_anybody(Scope& scope, std::string_view sid) {
  auto medium = scope.tables.media.find(scope.service_sid(), sid);
  if (!medium) return not_found();
  return std::move(*medium);
}

Result<Medium> find(Scope& scope, std::string_view sid) {
  auto medium = find_for_anybody(scope, sid);
  if (!medium || (!medium->conversation && is_own_upload(scope, *medium))) return medium;
  if (!medium->conversation) return not_found();
  auto conversation = scope.tables.conversations.find(*medium->conversation);
  if (!conversation) return not_found();
  const auto seen = conversations::look_at(scope, std::move(*conversation));
  const auto allowed = policy::check(policy::Action::look_inside, seen.relation);
  if (!allowed) return allowed.error();
  return medium;
}

Result<Answer> describe(Scope& scope, const TemporaryUrls& urls, std::string_view sid) {
  const auto medium = find(scope, sid);
  if (!medium) return medium.error();
  return Answer{.status = 200, .body = json::dump(descriptor(scope, urls, *medium)), .resource_url = {}};
}

Result<Answer> describe_set(Scope& scope, const TemporaryUrls& urls, const std::string& body) {
  const auto sids = read_set(body);
  if (!sids) return sids.error();
  scope.lookups = sids->size();
  json::OrderedValue entries = json::OrderedValue::array();
  for (const std::string& sid : *sids) entries.push_back(set_entry(scope, urls, sid));
  return Answer{.status = 200, .body = json::dump(entries), .resource_url = {}};
}

Result<Answer> add(Scope& scope, const TemporaryUrls& urls, Medium medium) {
  medium.sid = make_sid("ME", scope.random);
  medium.author = scope.caller.identity;
  medium.date_created = medium.date_updated = scope.now;
  scope.tables.media.insert(scope.service_sid(), medium);
  return Answer{.status = 201, .body = json::dump(descriptor(scope, urls, medium)), .resource_url = {}};
}

}  // namespace parley::chat_service::media::records
