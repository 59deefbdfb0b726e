#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "chat_sdk/src/model/model.hpp"
#include "common/base/random.hpp"
#include "tests/unit/chat_sdk/model/fake_rest.hpp"

namespace parley::detail {

/// The parts of the model over a service that the test plays: alice's client, connected.
class ModelFixture : public ::testing::Test {
 protected:
  static constexpr const char* kMap = "MPmine";

  explicit ModelFixture(CacheSettings cache = {}) : cache_settings(std::move(cache)) {
    conversations::Configuration configuration;
    configuration.identity = "alice";
    configuration.conversations_url = "https://chat/Conversations";
    configuration.my_conversations_url = "https://chat/Mine";
    configuration.users_url = "https://chat/Users";
    configuration.my_conversations_map = "US1.my_conversations";
    urls.set(configuration);
    subscriber.on_connected(context.now);
  }

  static sync::Event event(std::string object, sync::Change change, std::int64_t id, std::string key,
                           std::string data = "{}") {
    sync::Event made;
    made.object_sid = std::move(object);
    made.change = change;
    made.id = id;
    made.item_key = std::move(key);
    made.data = std::move(data);
    return made;
  }
  static std::string object(const std::string& sid, const std::string& data = "{}") {
    return R"({"sid":")" + sid + R"(","last_event_id":1,"links":{"items":"https://chat/items/)" + sid +
           R"("},"data":)" + data + "}";
  }
  /// `more`: further members, each with a comma in front.
  static std::string document(const std::string& channel, const std::string& name,
                              const std::string& more = "") {
    return R"({"uniqueName":")" + name + R"(","messages":")" + channel + R"(.messages","roster":")" +
           channel + R"(.roster","createdBy":"bob","dateCreated":"2026-01-01T00:00:00.000Z")" + more + "}";
  }
  static std::string own_state(const std::string& channel, int unread) {
    return R"({"sid":")" + channel + R"(","status":"joined","unread_messages_count":)" +
           std::to_string(unread) + R"(,"last_read_message_index":2,"messages_count":9})";
  }
  static std::string page(const std::string& items) { return R"({"items":[)" + items + R"(],"meta":{}})"; }
  static std::string member(const std::string& sid, const std::string& identity) {
    return R"({"key":")" + sid + R"(","last_event_id":1,"data":{"identity":")" + identity +
           R"(","dateCreated":"2026-03-01T12:00:00.000Z"}})";
  }
  /// An item of a page of messages.
  static std::string item(int index, const std::string& date) {
    const std::string number = std::to_string(index);
    return R"({"index":)" + number + R"(,"data":{"sid":"IM)" + number + R"(","author":"bob","text":")" +
           number + R"(","timestamp":")" + date + R"("}})";
  }
  static std::string message(const std::string& sid, const std::string& text) {
    return R"({"sid":")" + sid + R"(","author":"bob","text":")" + text + R"("})";
  }

  /// @name The service answers what the opening of a channel asks, one step each
  void answer_document(const std::string& channel, const std::string& name = "",
                       const std::string& more = "") {
    rest.answer("GET /Documents/" + channel + ".channel",
                object("ET" + channel, document(channel, name, more)));
  }
  void answer_roster(const std::string& channel) {
    rest.answer("GET /Maps/" + channel + ".roster", object("MP" + channel));
    rest.answer("GET /items/MP" + channel, page(member("MB" + channel, "alice")));
  }
  void answer_messages(const std::string& channel) {
    rest.answer("GET /Lists/" + channel + ".messages", object("ES" + channel));
  }
  void establish(const std::string& object_sid) {
    // What the subscriber asks for is granted by the outcome of its newest batch.
    while (auto action = subscriber.next(context.now)) {
      if (std::holds_alternative<sync::SendBatch>(*action))
        batch = std::get<sync::SendBatch>(*action).batch_id;
      model.on_sync(*action);
    }
    sync::Envelope outcome;
    outcome.correlation_id = batch;
    auto& established = outcome.outcomes.emplace_back();
    established.object_sid = object_sid;
    established.last_event_id = 1;
    subscriber.on_envelope(std::move(outcome), context.now);
    while (auto action = subscriber.next(context.now)) model.on_sync(*action);
  }
  void answer_own_state(const std::string& channel, int unread = 0) {
    establish("ES" + channel);
    rest.answer("GET /Mine/" + channel, own_state(channel, unread));
  }
  void open_completely(const std::string& channel, const std::string& name = "",
                       const std::string& more = "") {
    if (!opener.state(channel)) opener.open(channel, {.announce = true}, [](const Result<RecordPtr>&) {});
    answer_document(channel, name, more);
    answer_roster(channel);
    answer_messages(channel);
    answer_own_state(channel);
    ASSERT_TRUE(registry.by_sid(channel));
  }

  void pass(Duration time) {
    context.now += time;
    timers.on_time();
  }

  template <class T>
  std::vector<T> heard() const {
    std::vector<T> matching;
    for (const auto& one : events)
      if (const auto* match = std::get_if<T>(&one)) matching.push_back(*match);
    return matching;
  }

  CacheSettings cache_settings;
  std::vector<Event> events;
  SeededRandom random{1};
  Context context{.random = random, .emit = [this](Event one) { events.push_back(std::move(one)); }};
  Timers timers{context};
  FakeRest rest;
  ServiceUrls urls{"us1"};
  sync::Subscriber subscriber;
  std::int64_t batch = 0;
  Model model{{context, timers, rest, urls, subscriber},
              [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); },
              {.cache = cache_settings}};
  ChannelRegistry& registry = model.registry;
  ChannelSubscriptions& subscriptions = model.subscriptions;
  UnreadCounts& unread = model.unread;
  MakeRecord& make_record = model.make_record;
  HoleHealer& healer = model.healer;
  ChannelOpener& opener = model.opener;
  MyConversations& my_conversations = model.my_conversations;
  SyncRouter& router = model.router;
  DirectChannels& direct_channels = model.direct_channels;
};

}  // namespace parley::detail
