#include "tests/properties/device.hpp"

namespace parley::properties {
namespace {

using sync::Change;
using sync::ObjectType;

const char* plural(ObjectType type) {
  switch (type) {
    case ObjectType::document:
      return "/v3/Documents/";
    case ObjectType::list:
      return "/v3/Lists/";
    case ObjectType::map:
      break;
  }
  return "/v3/Maps/";
}

std::optional<std::int64_t> index_or_nothing(const json::Value& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<std::int64_t>();
}

json::Value parsed(const std::string& text) { return json::parse(text).value(); }

}  // namespace

Device::Device(testing::CoreDriver& driver, std::string identity, Manners manners)
    : driver_(driver), identity_(std::move(identity)), manners_(manners) {}

void Device::cut() {
  client_->cut();
  client_.reset();
}

void Device::connect() {
  client_.emplace(driver_, identity_);
  closing_.clear();
  if (own_list_.empty()) {
    const std::string link = client_->link("my_conversations");
    own_path_ = link.substr(link.find("/Client"));
    own_list_ = client_->sync_name("my_conversations");
    open(ObjectType::map, own_list_);
  } else {
    for (auto& [sid, copy] : copies_) copy.watching = false;
    const auto known = copies_;
    for (const auto& [sid, copy] : known) subscribe_to(sid, copy);
  }
  settle();
}

void Device::settle() {
  for (auto notes = client_->take_notes(); !notes.empty(); notes = client_->take_notes())
    for (const auto& note : notes) {
      const bool live = note.type != sync::kSyncEventType;
      for (const auto& event : note.envelope.events) take(event, live);
      for (const auto& outcome : note.envelope.outcomes) take(outcome);
    }
}

void Device::open(ObjectType type, const std::string& name) {
  const auto object = client_->get(plural(type) + name);
  // It went while the news of it were on their way.
  if (object.status != 200) return;
  const std::string sid = object.body.at("sid");
  Copy copy{.name = name, .type = type, .position = object.body.at("last_event_id").get<std::int64_t>()};
  if (type == ObjectType::document)
    copy.document = object.body.at("data");
  else
    read_items(copy, object.body.at("links").at("items"));
  copies_[sid] = copy;
  subscribe_to(sid, copy);
  if (name == own_list_)
    for (const auto& [key, entry] : copy.items) open_conversation(entry);
}

void Device::read_items(Copy& copy, const std::string& url) {
  http::Fields params{{"PageSize", "3"}};
  while (true) {
    const auto page = client_->get(url, params);
    if (page.status != 200) return;
    for (const auto& item : page.body.at("items")) {
      const std::string key = copy.type == ObjectType::list
                                  ? std::to_string(item.at("index").get<std::int64_t>())
                                  : item.at("key").get<std::string>();
      copy.items[key] = item.at("data");
    }
    const auto& next = page.body.at("meta").at("next_token");
    if (next.is_null()) return;
    params = {{"PageToken", next.get<std::string>()}};
  }
}

void Device::open_conversation(const json::Value& entry) {
  open(ObjectType::document, entry.at("channel"));
  open(ObjectType::map, entry.at("roster"));
  open(ObjectType::list, entry.at("messages"));
}

void Device::close_conversation(const std::string& conversation_sid) {
  const Copy* document = find_by_name(conversation_sid + ".channel");
  const json::Value about = document ? document->document : json::Value::object();
  sync::SubscriptionBatch batch;
  batch.cancel = true;
  for (auto it = copies_.begin(); it != copies_.end();) {
    if (!it->second.name.starts_with(conversation_sid)) {
      ++it;
      continue;
    }
    if (keeps_watching(it->second, about)) {
      batch.requests.push_back({it->first, it->second.type, std::nullopt});
      closing_.insert(it->first);
    }
    it = copies_.erase(it);
  }
  http::Request request;
  request.method = "POST";
  request.path = "/v4/Subscriptions";
  request.body = sync::encode_batch(batch);
  if (!batch.requests.empty()) client_->request(std::move(request));
}

// Whether the service would still tell it: then the subscription must be cancelled.
bool Device::keeps_watching(const Copy& copy, const json::Value& document) const {
  if (manners_ == Manners::polite || document.value("createdBy", "") == identity_) return true;
  return copy.type == ObjectType::document && document.value("type", "") == "public";
}

void Device::subscribe_to(const std::string& sid, const Copy& copy) {
  client_->subscribe({{sid, copy.type, copy.position}});
}

void Device::take(const sync::Outcome& outcome) {
  const auto found = copies_.find(outcome.object_sid);
  if (outcome.kind == sync::Outcome::Kind::canceled) {
    closing_.erase(outcome.object_sid);
  } else if (outcome.kind == sync::Outcome::Kind::failed) {
    copies_.erase(outcome.object_sid);
  } else if (outcome.kind == sync::Outcome::Kind::established && found != copies_.end()) {
    found->second.position = std::max(found->second.position, outcome.last_event_id);
    found->second.watching = !outcome.interrupted;
    if (outcome.interrupted) subscribe_to(found->first, Copy(found->second));
  }
}

void Device::take(const sync::Event& event, bool live) {
  if (closing_.contains(event.object_sid)) return;
  const auto found = copies_.find(event.object_sid);
  if (found == copies_.end()) return complain("an event of an object it does not know", event.unique_name);
  Copy& copy = found->second;
  if (live && !copy.watching) complain("a live event before the subscription stood", copy.name);
  if (live && event.id != copy.position + 1)
    complain("event " + std::to_string(event.id) + " after " + std::to_string(copy.position), copy.name);
  copy.position = std::max(copy.position, event.id);
  apply(copy, event);
}

void Device::apply(Copy& copy, const sync::Event& event) {
  const bool own = copy.name == own_list_;
  switch (event.change) {
    case Change::updated:
      copy.document = parsed(event.data);
      break;
    case Change::removed:
      copies_.erase(event.object_sid);
      break;
    case Change::item_added:
    case Change::item_updated: {
      const bool known = !copy.items.emplace(event.item_key, nullptr).second;
      if (!known && event.change == Change::item_updated)
        complain("an update of an item it does not have", copy.name);
      const json::Value entry = copy.items[event.item_key] = parsed(event.data);
      if (own && !known) open_conversation(entry);
      break;
    }
    case Change::item_removed:
      copy.items.erase(event.item_key);
      if (own) close_conversation(event.item_key);
      break;
  }
}

const Device::Copy* Device::find_by_name(const std::string& name) const {
  for (const auto& [sid, copy] : copies_)
    if (copy.name == name) return &copy;
  return nullptr;
}

std::map<std::string, Device::View> Device::views() const {
  std::map<std::string, View> views;
  const Copy* own = find_by_name(own_list_);
  if (!own) return views;
  for (const auto& [conversation_sid, entry] : own->items) {
    View& view = views[conversation_sid];
    view.own_horizon = index_or_nothing(entry.at("lastConsumedMessageIndex"));
    if (const Copy* document = find_by_name(entry.at("channel"))) view.document = document->document;
    if (const Copy* roster = find_by_name(entry.at("roster")))
      for (const auto& [sid, item] : roster->items) view.roster[item.at("identity")] = item;
    if (const Copy* list = find_by_name(entry.at("messages")))
      for (const auto& [index, item] : list->items) view.messages[std::stoll(index)] = item;
  }
  return views;
}

void Device::complain(const std::string& what, const std::string& object) {
  if (complaint_.empty()) complaint_ = identity_ + ": " + what + " (" + object + ")";
}

}  // namespace parley::properties
