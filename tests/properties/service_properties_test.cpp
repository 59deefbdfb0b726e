#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <functional>

#include "chat_service/src/transfer/check.hpp"
#include "common/storage/database.hpp"
#include "tests/properties/device.hpp"
#include "tests/properties/model.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::properties {
namespace {

using testing::CoreDriver;
using testing::TestClient;

// PARLEY_SEED=n repeats one history; PARLEY_SEEDS=n runs that many.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// A history of some users with two devices each: what the service answers and what the devices show is
/// compared with the model, request by request.
class History {
 public:
  History(std::uint64_t seed, const std::string& database)
      : random_(seed),
        // Deleted rooms go a few rows at a time, so that much happens meanwhile.
        driver_({.database = database, .seed = seed, .erase_rows = 1 + seed % 3}),
        database_(database),
        crashes_(database != ":memory:") {
    for (const char* name : {"alice", "bob", "carol"})
      for (const auto manners : {Device::Manners::polite, Device::Manners::stubborn})
        devices_.emplace_back(driver_, name, manners).connect();
  }

  int crashes_while_erasing() const { return crashes_while_erasing_; }

  /// "" or what went wrong.
  std::string run(int steps) {
    for (int step = 0; step < steps && trouble_.empty(); ++step) {
      something();
      if (waiting_.empty()) compare();
    }
    if (trouble_.empty()) come_to_rest();
    return trouble_;
  }

 private:
  struct Waiting {
    TestClient* client;
    std::string request_id;
    int expected;
    std::string what;
    std::function<void(const json::Value&)> then;
  };

  void something() {
    const auto dice = random_.below(100);
    if (dice < 8) return come_and_go();
    if (dice < 12) return begin_or_end_group();
    if (dice < 14 && crashes_) return crash();
    if (dice < 19 && waiting_.empty()) return pass_time();
    Device& device = devices_[random_.below(devices_.size())];
    if (device.is_connected()) act(device);
  }

  // Requests that share a commit: nobody hears anything before it.
  void begin_or_end_group() {
    if (grouped_) return end_group();
    grouped_ = true;
    before_group_ = model_;
    driver_.flush_by_itself(false);
  }

  void end_group() {
    grouped_ = false;
    driver_.flush_by_itself(true);
    if (driver_.core().needs_flush()) driver_.flush();
    take_answers();
  }

  // What was not committed is as if it had never been asked for.
  void crash() {
    if (grouped_) model_ = before_group_;
    grouped_ = false;
    waiting_.clear();
    if (driver_.core().is_erasing()) ++crashes_while_erasing_;
    driver_.restart();
    check_file();
    driver_.flush_by_itself(true);
    for (Device& device : devices_) device.lose();
    for (Device& device : devices_)
      if (random_.below(2) == 0) device.connect();
  }

  void come_and_go() {
    if (grouped_) end_group();
    Device& device = devices_[random_.below(devices_.size())];
    if (device.is_connected())
      device.cut();
    else
      device.connect();
  }

  // Answers to the service's pings are given by whoever reads; a long silence ends connections.
  void pass_time() {
    driver_.advance(std::chrono::milliseconds(random_.below(random_.below(3) == 0 ? 2000 : 60)));
  }

  // What `check` finds, halfway through a deletion as well.
  void check_file() {
    if (!crashes_) return;
    const auto found = chat_service::check_database(database_);
    if (!found)
      fail("check: " + found.error().message);
    else if (!found->empty())
      fail("check: " + found->front());
  }

  // The rows of what is deleted go, whatever came in between, and no others.
  void erase_to_the_end() {
    driver_.advance(std::chrono::seconds(10));
    if (driver_.core().is_erasing()) fail("deleted rooms are still being erased");
    std::size_t rooms = 0, messages = 0;
    for (const auto& [sid, room] : model_.rooms) {
      rooms += room.deleted ? 0 : 1;
      if (!room.deleted) messages += texts(room).size();
    }
    expect_rows("SELECT COUNT(*) FROM conversations", rooms);
    expect_rows("SELECT COUNT(*) FROM messages", messages);
    expect_rows("SELECT COUNT(*) FROM sync_objects WHERE type = 1", rooms);
    check_file();
  }

  void expect_rows(std::string_view sql, std::size_t expected) {
    auto row = driver_.database().query(sql);
    const std::int64_t rows = row.next() ? row.integer(0) : -1;
    if (rows != static_cast<std::int64_t>(expected))
      fail(std::string(sql) + ": " + std::to_string(rows) + " instead of " + std::to_string(expected));
  }

  void act(Device& device) {
    const std::string& who = device.identity();
    const auto dice = random_.below(100);
    if (model_.rooms.empty() || (dice < 6 && !grouped_)) return create(device);
    const std::string sid = any_room();
    Room& room = model_.rooms.at(sid);
    const std::string other = any_user();
    if (dice < 14)
      return ask(device, "POST", participants(sid), {{"identity", who}}, model_.add(who, sid, who));
    if (dice < 26)
      return ask(device, "POST", participants(sid), {{"identity", other}}, model_.add(who, sid, other));
    if (dice < 32)
      return ask(device, "DELETE", participants(sid) + "/" + other, {}, model_.remove(who, sid, other));
    if (dice < 34) return ask(device, "DELETE", url(sid), {}, model_.delete_room(who, sid));
    if (dice < 36) return ask(device, "POST", blocks(who), {{"identity", other}}, model_.block(who, other));
    if (dice < 38) return ask(device, "DELETE", blocks(who) + "/" + other, {}, model_.unblock(who, other));
    if (dice < 42) {
      const std::string name = "name " + std::to_string(++counter_);
      return ask(device, "POST", url(sid), {{"friendly_name", name}}, model_.rename(who, sid, name));
    }
    if (dice < 65) return send(device, sid);
    if (dice < 73) return read(device, sid);
    if (dice < 80) return count_unread(device, sid);
    if (!room.messages.empty()) change_message(device, room, dice < 92);
  }

  void create(Device& device) {
    if (grouped_) return;
    const bool is_public = random_.below(3) == 0;
    const auto made =
        device.client().create({{"type", is_public ? "public" : "private"}, {"friendly_name", ""}});
    model_.create(device.identity(), made.at("sid"), is_public);
  }

  void send(Device& device, const std::string& sid) {
    const std::string text = "text " + std::to_string(++counter_);
    const int expected = model_.send(device.identity(), sid, text);
    const std::size_t index = expected == 201 ? model_.rooms.at(sid).messages.size() - 1 : 0;
    ask(device, "POST", url(sid) + "/Messages", {{"body", text}, {"attributes", "{}"}}, expected,
        [this, sid, index, expected](const json::Value& body) {
          if (expected != 201) return;
          if (body.at("index") != index)
            fail("message " + json::dump(body.at("index")) + " instead of " + std::to_string(index));
          auto& message = model_.rooms.at(sid).messages[index];
          if (message) message->sid = body.at("sid");
        });
  }

  void change_message(Device& device, const Room& room, bool edit) {
    const std::size_t index = random_.below(room.messages.size());
    const auto& message = room.messages[index];
    // One that is gone has no name any more; one of this group has none yet.
    const std::string message_sid = message ? message->sid : "IM00000000000000000000000000000000";
    if (message_sid.empty()) return;
    const std::string path = url(room.sid) + "/Messages/" + message_sid;
    const std::string text = "edited " + std::to_string(++counter_);
    if (edit)
      ask(device, "POST", path, {{"body", text}}, model_.edit(device.identity(), room.sid, index, text));
    else
      ask(device, "DELETE", path, {}, model_.remove_message(device.identity(), room.sid, index));
  }

  void read(Device& device, const std::string& sid) {
    const auto index = static_cast<std::int64_t>(random_.below(6));
    ask(device, "POST", my_conversation(device, sid), {{"last_read_message_index", index}},
        model_.read(device.identity(), sid, index));
  }

  void count_unread(Device& device, const std::string& sid) {
    const Room& room = model_.rooms.at(sid);
    if (!room.has_member(device.identity())) return;
    const auto unread = room.unread(device.identity());
    ask(device, "GET", my_conversation(device, sid), {}, 200, [this, unread](const json::Value& body) {
      const json::Value expected = unread ? json::Value(*unread) : json::Value(nullptr);
      if (body.at("unread_messages_count") != expected)
        fail("unread " + json::dump(body.at("unread_messages_count")) + " instead of " +
             json::dump(expected));
    });
  }

  void ask(Device& device, const std::string& method, const std::string& path, const json::Value& body,
           int expected, std::function<void(const json::Value&)> then = {}) {
    http::Request request;
    request.method = method;
    request.path = path;
    if (method != "GET") request.body = json::dump(body.is_null() ? json::Value::object() : body);
    if (method != "GET" && random_.below(2) == 0)
      request.headers.emplace_back("X-Twilio-Mutation-Id", "mutation-" + std::to_string(++counter_));
    const std::string what = device.identity() + " " + method + " " + path;
    const bool repeats = !request.headers.empty() && random_.below(4) == 0 && expected < 300;
    waiting_.push_back({&device.client(), device.client().send(request), expected, what, std::move(then)});
    if (repeats)
      waiting_.push_back({&device.client(),
                          device.client().send(request),
                          method == "DELETE" ? 204 : 202,
                          what + " again",
                          {}});
    if (!grouped_) take_answers();
  }

  void take_answers() {
    for (auto& waiting : std::exchange(waiting_, {})) {
      const auto reply = waiting.client->reply(waiting.request_id);
      if (!reply || reply->status != waiting.expected)
        fail(waiting.what + ": " + std::to_string(reply ? reply->status : 0) + " instead of " +
             std::to_string(waiting.expected));
      else if (waiting.then)
        waiting.then(reply->body);
    }
  }

  void come_to_rest() {
    if (grouped_) end_group();
    for (Device& device : devices_)
      if (!device.is_connected()) device.connect();
    compare();
    erase_to_the_end();
    // Whoever comes now must see the same.
    for (const char* name : {"alice", "bob", "carol"}) {
      Device fresh(driver_, name);
      fresh.connect();
      compare(fresh);
    }
  }

  void compare() {
    if (grouped_) return;
    for (Device& device : devices_)
      if (device.is_connected()) compare(device);
  }

  void compare(Device& device) {
    device.settle();
    if (!device.complaint().empty()) return fail(device.complaint());
    const auto views = device.views();
    std::size_t expected = 0;
    for (const auto& [sid, room] : model_.rooms) {
      if (!room.has_member(device.identity())) continue;
      ++expected;
      const auto view = views.find(sid);
      if (view == views.end()) return fail(device.identity() + " does not see " + sid);
      compare(device, room, view->second);
    }
    if (views.size() != expected) fail(device.identity() + " sees conversations that it is not in");
  }

  void compare(const Device& device, const Room& room, const Device::View& view) {
    const std::string whose = device.identity() + "'s view of " + room.sid + ": ";
    if (view.document.value("friendlyName", json::Value()) != room.friendly_name) fail(whose + "name");
    const json::Value last = view.document.value("lastMessage", json::Value());
    const auto newest = room.last_message();
    if (newest ? last.is_null() || last.at("index") != *newest : !last.is_null())
      fail(whose + "last message");
    if (view.own_horizon != room.members.at(device.identity())) fail(whose + "own read horizon");
    if (shown_horizons(view) != room.members) fail(whose + "members and their read horizons");
    if (shown_texts(view) != texts(room)) fail(whose + "messages");
  }

  static std::map<std::string, std::optional<std::int64_t>> shown_horizons(const Device::View& view) {
    std::map<std::string, std::optional<std::int64_t>> horizons;
    for (const auto& [identity, item] : view.roster) {
      const auto& index = item.at("lastConsumedMessageIndex");
      horizons[identity] = index.is_null() ? std::nullopt : std::optional(index.get<std::int64_t>());
    }
    return horizons;
  }

  static std::map<std::int64_t, std::string> shown_texts(const Device::View& view) {
    std::map<std::int64_t, std::string> texts;
    for (const auto& [index, item] : view.messages) texts[index] = item.at("text");
    return texts;
  }

  static std::map<std::int64_t, std::string> texts(const Room& room) {
    std::map<std::int64_t, std::string> texts;
    for (std::size_t i = 0; i < room.messages.size(); ++i)
      if (room.messages[i]) texts[static_cast<std::int64_t>(i)] = room.messages[i]->text;
    return texts;
  }

  std::string any_user() {
    static constexpr const char* kUsers[] = {"alice", "bob", "carol", "dave"};
    return kUsers[random_.below(std::size(kUsers))];
  }

  std::string any_room() {
    return std::next(model_.rooms.begin(), static_cast<std::ptrdiff_t>(random_.below(model_.rooms.size())))
        ->first;
  }

  static std::string url(const std::string& sid) {
    return "/Client/v2/Services/" + std::string(testing::kServiceSid) + "/Conversations/" + sid;
  }
  static std::string blocks(const std::string& who) {
    return "/Client/v2/Services/" + std::string(testing::kServiceSid) + "/Users/" + who + "/Blocks";
  }
  static std::string participants(const std::string& sid) { return url(sid) + "/Participants"; }
  static std::string my_conversation(const Device& device, const std::string& sid) {
    return device.own_path() + "/" + sid;
  }

  void fail(const std::string& what) {
    if (trouble_.empty()) trouble_ = what;
  }

  SeededRandom random_;
  CoreDriver driver_;
  const std::string database_;
  const bool crashes_;
  std::deque<Device> devices_;
  Model model_;
  Model before_group_;
  bool grouped_ = false;
  std::vector<Waiting> waiting_;
  int counter_ = 0;
  int crashes_while_erasing_ = 0;
  std::string trouble_;
};

void run_histories(std::uint64_t count, const std::function<std::string(std::uint64_t seed)>& run) {
  const auto first = from_environment("PARLEY_SEED", 1);
  const auto last = std::getenv("PARLEY_SEED") ? first : from_environment("PARLEY_SEEDS", count);
  for (auto seed = first; seed <= last; ++seed) {
    const std::string trouble = run(seed);
    ASSERT_EQ(trouble, "") << "PARLEY_SEED=" << seed;
  }
}

TEST(ServiceProperties, EveryoneSeesWhatTheModelSays) {
  run_histories(200, [](std::uint64_t seed) { return History(seed, ":memory:").run(120); });
}

TEST(ServiceProperties, EveryoneSeesWhatTheModelSaysAfterCrashes) {
  int while_erasing = 0;
  run_histories(30, [&](std::uint64_t seed) {
    const testing::TemporaryFile file;
    History history(seed, file.path());
    const std::string trouble = history.run(120);
    while_erasing += history.crashes_while_erasing();
    return trouble;
  });
  if (!std::getenv("PARLEY_SEED")) {
    EXPECT_GT(while_erasing, 0) << "nothing is proven of erasing";
  }
}

}  // namespace
}  // namespace parley::properties
