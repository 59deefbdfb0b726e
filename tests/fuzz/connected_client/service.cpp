#include "tests/fuzz/connected_client/service.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/base/json_text.hpp"
#include "common/base/limits.hpp"
#include "tests/fuzz/connected_client/words.hpp"

namespace parley::fuzz {
namespace {

using sync::Change;
using sync::ObjectType;

constexpr std::size_t kMaxChannels = 64;  // a service that makes more measures itself

const std::string kSelf = "alice";
const std::string kDate = R"("2026-01-01T00:00:00.000Z")";

const std::string kConfiguration =
    R"({"identity":"alice","links":{"my_conversations":"https://s/v1/Users/alice/Conversations",)"
    R"("conversations":"https://s/v1/Conversations","users":"https://s/v1/Users","typing":"https://s/v1/Typing",)"
    R"("media_service":"https://s/v1/Media"},"sync_objects":{"my_user_info":"MI","my_conversations":"MC"}})";

Service::Answer not_found() { return {404, R"({"code":20404,"message":"not found","status":404})"}; }

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto part = path.substr(0, path.find('/'));
    auto decoded = percent_decode(part);
    parts.push_back(decoded ? *std::move(decoded) : std::string(part));
    path.remove_prefix(part.size());
  }
  return parts;
}

// A member of a request's body as it is written there.
std::string member(const http::Request& request, std::string_view name, std::string otherwise) {
  const auto value = json::member_in(request.body, name);
  return value.empty() ? std::move(otherwise) : std::string(value);
}

std::string text_member(const http::Request& request, std::string_view name) {
  const auto value = json::parse(member(request, name, R"("")"));
  return value && value->is_string() ? value->get<std::string>() : "";
}

std::string message_data(std::size_t index, std::string_view author, std::string_view text,
                         std::string_view attributes) {
  return R"({"sid":"IM)" + std::to_string(index) + R"(","author":)" + json::quote(author) + R"(,"text":)" +
         std::string(text) + R"(,"attributes":)" + std::string(attributes) + R"(,"timestamp":)" + kDate +
         R"(,"dateUpdated":)" + kDate + "}";
}

std::string member_data(const std::string& identity) {
  return R"({"identity":)" + json::quote(identity) + R"(,"attributes":{},"dateCreated":)" + kDate + "}";
}

std::string object_of(std::string_view prefix, const std::string& sid) {
  return std::string(prefix) + sid.substr(2);
}

std::string page_of(const std::string& items, bool previous, bool next) {
  return R"({"items":[)" + items + R"(],"meta":{"previous_token":)" + (previous ? R"("p")" : "null") +
         R"(,"next_token":)" + (next ? R"("n")" : "null") + "}}";
}

ObjectType type_of(std::string_view object) {
  if (object.starts_with("DO")) return ObjectType::document;
  return object.starts_with("ML") ? ObjectType::list : ObjectType::map;
}

}  // namespace

std::string live_event(sync::Event event) {
  event.revision = event.item_revision = "1";
  event.date_created = "2026-01-01T00:00:00.000Z";
  return sync::encode_live(event);
}

Service::Service() {
  channels_["CH1"] = {"room1", true, {kSelf, "bob"}};
  channels_["CH2"] = {"alice#bob", false, {"bob"}};
  channels_["CH3"] = {"room3", false, {"bob"}};
  for (const auto* sid : {"CH1", "CH3"})
    for (std::size_t i = 0; i < 5; ++i)
      channels_[sid].messages.push_back(message_data(i, i % 2 ? kSelf : "bob", R"("hi")", "{}"));
}

std::vector<Service::Note> Service::take_notes() { return std::exchange(notes_, {}); }

std::int64_t Service::correlation(std::string_view object) const {
  const auto at = correlations_.find(object);
  return at == correlations_.end() ? 0 : at->second;
}

void Service::on_asked(const http::Request& request) {
  if (!request.path.ends_with("/Subscriptions")) return;
  const auto batch = sync::decode_batch(request.body);
  require(batch.has_value());
  for (const auto& one : batch->requests)
    if (!batch->cancel) correlations_[one.object_sid] = batch->correlation.id;
}

Service::Answer Service::answer(const http::Request& request) {
  const Path path = split(request.path);
  if (path.empty()) return not_found();
  if (path.back() == "Configuration") return {200, kConfiguration};
  if (path.back() == "Subscriptions") return subscribe(request);
  if (path.size() >= 3 && path[0] == "v3") return sync_object(path, request);
  if (path.size() >= 4 && path[1] == "Users") return own(path, request);
  if (path.size() >= 2 && path[1] == "Conversations") return conversations(path, request);
  return not_found();
}

Service::Channels::iterator Service::find(std::string_view sid_or_name) {
  if (const auto at = channels_.find(sid_or_name); at != channels_.end()) return at;
  return std::find_if(channels_.begin(), channels_.end(),
                      [&](const auto& one) { return one.second.name == sid_or_name; });
}

Service::Channels::iterator Service::of_object(std::string_view object) {
  return object.size() < 2 ? channels_.end() : channels_.find("CH" + std::string(object.substr(2)));
}

// --- what is read

std::string Service::conversation(const std::string& sid, const Channel& channel) const {
  const auto count = static_cast<std::int64_t>(channel.messages.size());
  const auto number = [](std::optional<std::int64_t> value) {
    return value ? std::to_string(*value) : std::string("null");
  };
  const std::string last = count > 0 ? R"({"index":)" + std::to_string(count - 1) + "}" : "null";
  const auto unread = channel.horizon ? std::optional(count - 1 - *channel.horizon) : std::nullopt;
  return R"({"conversation_sid":")" + sid + R"(","sid":")" + sid + R"(","unique_name":)" +
         json::quote(channel.name) + R"(,"friendly_name":"","attributes":{},"created_by":"bob","status":")" +
         (channel.joined ? "joined" : "notParticipating") + R"(","last_read_message_index":)" +
         number(channel.horizon) + R"(,"unread_messages_count":)" + number(unread) + R"(,"messages_count":)" +
         std::to_string(count) + R"(,"date_created":)" + kDate + R"(,"date_updated":)" + kDate +
         R"(,"notification_level":"default","last_message":)" + last + "}";
}

std::string Service::document(const std::string& sid, const Channel& channel) {
  const std::string last =
      channel.messages.empty()
          ? "null"
          : R"({"index":)" + std::to_string(channel.messages.size() - 1) + R"(,"timestamp":)" + kDate + "}";
  return R"({"uniqueName":)" + json::quote(channel.name) +
         R"(,"friendlyName":"","attributes":{},"createdBy":"bob","messages":")" + object_of("ML", sid) +
         R"(","roster":")" + object_of("RO", sid) + R"(","dateCreated":)" + kDate + R"(,"dateUpdated":)" +
         kDate + R"(,"lastMessage":)" + last + "}";
}

std::string Service::own_item(const std::string& sid, const Channel& channel) {
  return R"({"status":"joined","channel":")" + sid + R"(.channel","lastConsumedMessageIndex":)" +
         (channel.horizon ? std::to_string(*channel.horizon) : "null") + R"(,"notificationLevel":"default"})";
}

Service::Answer Service::sync_object(const Path& path, const http::Request& request) {
  if (path.size() > 3) return items(path, request);
  const std::string& name = path[2];
  std::string object = name;
  std::string data = "{}";
  if (name != "MC") {
    const bool is_document = path[1] == "Documents";
    const auto at = is_document ? find(name.substr(0, name.find('.'))) : of_object(name);
    if (at == channels_.end()) return not_found();
    if (is_document) {
      object = object_of("DO", at->first);
      data = document(at->first, at->second);
    }
  }
  return {200, R"({"sid":)" + json::quote(object) + R"(,"last_event_id":)" +
                   std::to_string(last_event(object)) + R"(,"links":{"items":"https://s/v3/)" + path[1] +
                   "/" + object + R"(/Items"},"data":)" + data + "}"};
}

Service::Answer Service::items(const Path& path, const http::Request& request) {
  const auto at = of_object(path[2]);
  if (at == channels_.end()) return not_found();
  return path[1] == "Lists" ? message_page(at->second, request) : roster_page(at->second);
}

Service::Answer Service::message_page(const Channel& channel, const http::Request& request) const {
  const auto number = [&](std::string_view name, std::int64_t otherwise) {
    return Words::to_number(http::find_param(request.params, name).value_or(""), otherwise);
  };
  const auto count = static_cast<std::int64_t>(channel.messages.size());
  const bool backwards = http::find_param(request.params, "Order") == "desc";
  const std::int64_t from = std::clamp<std::int64_t>(number("From", backwards ? count - 1 : 0), -1, count);
  const std::int64_t size = std::clamp<std::int64_t>(number("PageSize", 50), 1, 100);
  const std::int64_t step = backwards ? -1 : 1;
  std::string written;
  std::int64_t index = from;
  for (std::int64_t n = 0; n < size && index >= 0 && index < count; ++n, index += step)
    (written += written.empty() ? "" : ",") += R"({"index":)" + std::to_string(index) +
                                               R"(,"last_event_id":0,"data":)" +
                                               channel.messages[static_cast<std::size_t>(index)] + "}";
  const bool next = index >= 0 && index < count;
  const bool previous = backwards ? from < count - 1 : from > 0;
  return {200, page_of(written, previous, next)};
}

Service::Answer Service::roster_page(const Channel& channel) const {
  std::string written;
  for (const auto& identity : channel.members)
    (written += written.empty() ? "" : ",") += R"({"key":)" + json::quote("MB" + identity) +
                                               R"(,"last_event_id":0,"data":)" + member_data(identity) + "}";
  return {200, page_of(written, false, false)};
}

Service::Answer Service::own(const Path& path, const http::Request& request) {
  if (path[3] == "Blocks") return {200, R"({"blocks":[{"identity":"eve"}]})"};
  if (path.size() > 4) {
    const auto at = find(path[4]);
    if (at == channels_.end() || !at->second.joined) return not_found();
    if (request.method == "POST") return set_horizon(at->first, at->second, request);
    return {200, conversation(at->first, at->second)};
  }
  std::string written;
  for (const auto& [sid, channel] : channels_)
    if (channel.joined) (written += written.empty() ? "" : ",") += conversation(sid, channel);
  return {200, R"({"conversations":[)" + written + R"(],"meta":{"next_token":null}})"};
}

Service::Answer Service::subscribe(const http::Request& request) {
  const auto batch = sync::decode_batch(request.body);
  require(batch.has_value());
  if (!batch->cancel) {
    std::vector<sync::Outcome> outcomes;
    for (const auto& one : batch->requests)
      outcomes.push_back(
          {.object_sid = one.object_sid, .type = one.type, .last_event_id = last_event(one.object_sid)});
    if (!outcomes.empty())
      notes_.push_back(
          {std::string(sync::kSyncEventType), sync::encode_outcomes(outcomes, batch->correlation)});
  }
  return {200, sync::encode_batch_reply({.estimated_delivery_in_ms = 2000})};
}

// --- what is changed

Service::Answer Service::conversations(const Path& path, const http::Request& request) {
  if (path.size() == 2) return create(request);
  const auto at = find(path[2]);
  if (at == channels_.end()) return not_found();
  const std::string& kind = path.size() > 3 ? path[3] : path[1];
  if (kind == "Messages") return post_message(at->first, at->second, request);
  if (kind == "Participants" && path.size() > 4) return remove_member(at->first, at->second, path[4]);
  if (kind == "Participants") return add_member(at->first, at->second, request);
  if (request.method != "DELETE") return {200, conversation(at->first, at->second)};
  const std::string sid = at->first;
  channels_.erase(at);
  tell(ObjectType::document, Change::removed, object_of("DO", sid), "", "{}");
  tell(ObjectType::map, Change::item_removed, "MC", sid, "{}");
  return {204, ""};
}

Service::Answer Service::create(const http::Request& request) {
  const std::string name = text_member(request, "unique_name");
  if (channels_.size() >= kMaxChannels) return {429, R"({"code":20429,"message":"too many"})"};
  if (!name.empty() && find(name) != channels_.end())
    return {409, R"({"code":50353,"message":"a conversation of that name exists"})"};
  const std::string sid = "CH" + std::to_string(channels_.size() + 10);
  channels_[sid].name = name;
  return {201, conversation(sid, channels_[sid])};
}

Service::Answer Service::post_message(const std::string& sid, Channel& channel,
                                      const http::Request& request) {
  if (!channel.joined) return {403, R"({"code":50430,"message":"not a member"})"};
  const std::size_t index = channel.messages.size();
  const std::string text = member(request, "body", R"("")");
  const std::string attributes = member(request, "attributes", "{}");
  channel.messages.push_back(message_data(index, kSelf, text, attributes));
  tell(ObjectType::list, Change::item_added, object_of("ML", sid), std::to_string(index),
       channel.messages.back());
  tell(ObjectType::document, Change::updated, object_of("DO", sid), "", document(sid, channel));
  return {201, R"({"sid":"IM)" + std::to_string(index) + R"(","index":)" + std::to_string(index) +
                   R"(,"author":"alice","body":)" + text + R"(,"attributes":)" + attributes +
                   R"(,"date_created":)" + kDate + R"(,"date_updated":)" + kDate + "}"};
}

Service::Answer Service::add_member(const std::string& sid, Channel& channel, const http::Request& request) {
  const std::string identity = text_member(request, "identity");
  if (!channel.members.insert(identity).second)
    return {409, R"({"code":50433,"message":"a member already"})"};
  tell(ObjectType::map, Change::item_added, object_of("RO", sid), "MB" + identity, member_data(identity));
  if (identity == kSelf) {
    channel.joined = true;
    tell(ObjectType::map, Change::item_added, "MC", sid, own_item(sid, channel));
  }
  return {201, R"({"sid":)" + json::quote("MB" + identity) + R"(,"identity":)" + json::quote(identity) +
                   R"(,"attributes":{},"date_created":)" + kDate + "}"};
}

Service::Answer Service::remove_member(const std::string& sid, Channel& channel,
                                       const std::string& identity) {
  if (channel.members.erase(identity) == 0) return not_found();
  tell(ObjectType::map, Change::item_removed, object_of("RO", sid), "MB" + identity, member_data(identity));
  if (identity == kSelf) {
    channel.joined = false;
    tell(ObjectType::map, Change::item_removed, "MC", sid, "{}");
  }
  return {204, ""};
}

Service::Answer Service::set_horizon(const std::string& sid, Channel& channel, const http::Request& request) {
  channel.horizon.reset();
  const std::string index = member(request, "last_read_message_index", "null");
  if (index != "null") channel.horizon = Words::to_number(index, 0);
  tell(ObjectType::map, Change::item_updated, "MC", sid, own_item(sid, channel));
  return {200, conversation(sid, channel)};
}

void Service::tell(ObjectType type, Change change, const std::string& object, const std::string& key,
                   std::string data) {
  sync::Event event{.type = type, .change = change, .id = ++last_event(object), .object_sid = object};
  event.item_key = key;
  event.data = std::move(data);
  notes_.push_back({std::string(sync::live_message_type(type_of(object))), live_event(std::move(event))});
}

}  // namespace parley::fuzz
