#include <gmock/gmock.h>

#include <set>

#include "chat_service/service.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/service_socket.hpp"

namespace parley::chat_service {
namespace {

using testing::ApiCaller;
using testing::CoreDriver;
using testing::TestClient;
using testing::Ticket;
using testing::WireClient;

constexpr const char* kOtherService = "ISffffffffffffffffffffffffffffffff";

/// Who asks, in the order of the columns below. The last one is an admin of another tenant, and has the
/// creator's name there.
enum Who { stranger, member, creator, admin, elsewhere };
constexpr const char* kNames[] = {"stranger", "member", "creator", "admin", "elsewhere"};
constexpr std::size_t kPeople = std::size(kNames);

/// One route, asked for with these things in place of its arguments (see World::things).
struct Row {
  std::string_view method;
  std::string_view pattern;
  std::vector<const char*> things;
  const char* body;
  /// For each column: '+' done (2xx), '-' refused (403; from elsewhere 404: there is no such thing), '~'
  /// there is none (404).
  const char* expected;
  http::Fields params{};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.method << " " << row.pattern; }

// clang-format off
const Row kRows[] = {
    {"GET", "/Client/v2/Configuration", {}, "", "+++++"},
    {"GET", "/Client/v1/Configuration", {}, "", "+++++"},
    {"GET", "/Client/v2/ContentTemplates", {}, "", "+++++"},
    {"POST", "/Client/v2/Services/{service}/Conversations", {}, "{}", "++++-"},
    {"GET", "/Client/v2/Services/{service}/Conversations", {}, "", "++++-"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}", {"room"}, "", "-+++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}", {"room"}, R"({"friendly_name":"new"})", "-+++-"},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}", {"room"}, "{}", "--++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Invites", {"room"}, R"({"identity":"carol"})", "-+++-"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Invites/{}", {"room", "dave"}, "", "-+++-"},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Invites/{}", {"room", "dave"}, "{}", "--++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages", {"room"}, R"({"body":"x"})", "-++--"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", {"room", "message"}, "", "-+++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", {"room", "message"}, R"({"body":"y"})", "--++-"},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", {"room", "message"}, "{}", "--++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", {"room", "members_message"}, R"({"body":"y"})", "-+++-"},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", {"room", "members_message"}, "{}", "-+++-"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}/ChannelMetadata", {"room", "message"}, "", "-~~~-"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}/Receipts", {"room", "message"}, "", "-+++-"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/MessageRecipients", {"room"}, "", "-+++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Participants", {"room"}, R"({"identity":"carol"})", "-+++-"},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", {"room", "bob"}, "", "-+++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", {"room", "bob"}, R"({"attributes":"[]"})", "--++-"},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", {"room", "bob"}, "{}", "--++-"},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", {"room", "member"}, R"({"attributes":"[]"})", "-+++-"},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", {"room", "member"}, "{}", "-+++-"},
    {"GET", "/Client/v2/Services/{service}/Users", {}, "", "-+++-", {{"ConversationSid", "room"}}},
    {"GET", "/Client/v2/Services/{service}/Users/{}", {"member"}, "", "++++-"},
    {"POST", "/Client/v2/Services/{service}/Users/{}", {"member"}, R"({"friendly_name":"new"})", "-+-+-"},
    {"GET", "/Client/v2/Services/{service}/Users/{}/Conversations", {"members_sid"}, "", "-+---"},
    {"GET", "/Client/v2/Services/{service}/Users/{}/Conversations/{}", {"members_sid", "room"}, "", "-+---"},
    {"POST", "/Client/v2/Services/{service}/Users/{}/Conversations/{}", {"members_sid", "room"}, R"({"last_read_message_index":0})", "-+---"},
    {"GET", "/Client/v1/Services/{service}/Users/{}/Conversations", {"members_sid"}, "", "-+---"},
    {"GET", "/Client/v1/Services/{service}/Users/{}/Conversations/{}", {"members_sid", "room"}, "", "-+---"},
    {"POST", "/Client/v1/Services/{service}/Users/{}/Conversations/{}", {"members_sid", "room"}, R"({"last_read_message_index":0})", "-+---"},
    {"GET", "/Client/v2/Services/{service}/Users/{}/Blocks", {"member"}, "", "-+-+-"},
    {"POST", "/Client/v2/Services/{service}/Users/{}/Blocks", {"member"}, R"({"identity":"stranger"})", "-+-+-"},
    {"DELETE", "/Client/v2/Services/{service}/Users/{}/Blocks/{}", {"member", "stranger"}, "{}", "-+-+-"},
    {"POST", "/Client/v2/Services/{service}/TypingIndicator", {}, "ChannelSid=room", "-++--"},
    {"POST", "/v1/typing", {}, "ChannelSid=room", "-++--"},
    {"POST", "/v1/registrations", {}, R"({"channel_type":"fcm","data":{"registration_id":"r"}})", "+++++"},
    {"DELETE", "/v1/registrations", {}, R"({"binding_type":"fcm","address":"r"})", "+++++"},
    {"DELETE", "/v1/registrations/{}", {"bob"}, "{}", "+++++"},
    {"POST", "/v4/Subscriptions", {}, R"({"event_protocol_version":4,"action":"establish","correlation_id":1,"requests":[]})", "+++++"},
    {"GET", "/v3/Documents/{}", {"document"}, "", "-+++-"},
    {"GET", "/v3/Lists/{}", {"list"}, "", "-+++-"},
    {"GET", "/v3/Maps/{}", {"roster"}, "", "-+++-"},
    {"GET", "/v3/Maps/{}", {"members_map"}, "", "-+---"},
    {"GET", "/v3/Streams/{}", {"list"}, "", "~~~~~"},
    {"POST", "/v3/Lists", {}, R"({"purpose":"com.twilio.rtd.ipmsg","context":{}})", "+++++"},
    {"GET", "/v3/Services/{service}/Lists/{}/Context", {"members_session"}, "", "~+~~-"},
    {"POST", "/v3/Services/{service}/Lists/{}/Items", {"members_session"}, R"({"data":{"commandId":"1","request":{"action":"x"}}})", "~+~~-"},
    {"GET", "/Client/v1/Services/{service}/PublicChannels", {}, "", "++++-"},
    {"GET", "/Client/v1/Services/{service}/PublicChannels/{}", {"room"}, "", "-+++-"},
    {"GET", "/Client/v1/Services/{service}/MyChannels", {}, "", "++++-"},
    {"GET", "/Client/v1/Services/{service}/MyChannels/{}", {"room"}, "", "-+++-"},
    {"GET", "/Client/v1/Services/{service}/SyncList", {}, "", "++++-"},
    {"GET", "/v3/Services/{service}/Documents/{}", {"document"}, "", "-+++-"},
    {"GET", "/v3/Services/{service}/Lists/{}", {"list"}, "", "-+++-"},
    {"GET", "/v3/Services/{service}/Maps/{}", {"roster"}, "", "-+++-"},
    {"GET", "/v3/Services/{service}/Lists/{}/Items", {"list"}, "", "-+++-"},
    {"GET", "/v3/Services/{service}/Maps/{}/Items", {"roster"}, "", "-+++-"},
};
// clang-format on

std::vector<Tenant> two_tenants() {
  Tenant first = testing::test_tenant(), second = testing::test_tenant();
  first.admins = {"admin"};
  second.service_sid = kOtherService;
  second.admins = {"creator"};
  return {first, second};
}

std::string begin_session(ApiCaller& client) {
  const auto list =
      client.post("/v3/Lists", {{"purpose", "com.twilio.rtd.ipmsg"}, {"context", json::Value::object()}});
  return list.body["sid"];
}

/// A private room of the creator with a member, with Bob, who is somebody else's business, and with Dave, who
/// is invited.
class World {
 public:
  /// `place` connects them; it must outlive this.
  template <class Place>
  explicit World(Place& place) {
    for (const char* name : kNames)
      people_.push_back(std::string_view(name) == "elsewhere"
                            ? place.connect("creator", Ticket{.service_sid = kOtherService})
                            : place.connect(name, Ticket{}));
    auto& host = *people_[creator];
    auto& guest = *people_[member];
    const auto room = host.make_room();
    for (const char* identity : {"member", "bob"}) host.add(room, identity);
    host.post(room["links"]["invites"].get<std::string>(), {{"identity", "dave"}});
    things_ = {{"room", room["sid"]},
               {"bob", "bob"},
               {"dave", "dave"},
               {"member", "member"},
               {"stranger", "stranger"},
               {"message", host.say(room, "creator's").body["sid"]},
               {"members_message", guest.say(room, "member's").body["sid"]},
               {"members_session", begin_session(guest)},
               {"members_sid", guest.configuration()["user_sid"]},
               {"members_map", guest.sync_name("my_conversations")},
               {"document", room["sync_objects"]["conversation"]},
               {"roster", room["sync_objects"]["participants"]},
               {"list", room["sync_objects"]["messages"]}};
  }

  ApiCaller::Reply ask(Who who, const Row& row) { return people_.at(who)->request(request(row)); }

 private:
  /// The row's request; names of things are replaced by the things.
  http::Request request(const Row& row) const {
    http::Request request;
    request.method = row.method;
    request.path = row.pattern;
    request.body = row.body;
    request.params = row.params;
    const auto put = [](std::string& text, std::string_view name, const std::string& value) {
      if (const auto at = text.find(name); at != text.npos) text.replace(at, name.size(), value);
    };
    put(request.path, "{service}", std::string(testing::kServiceSid));
    for (const char* name : row.things) put(request.path, "{}", things_.at(name));
    put(request.body, "=room", "=" + things_.at("room"));
    for (auto& [name, value] : request.params) put(value, "room", things_.at("room"));
    return request;
  }

  std::vector<std::unique_ptr<ApiCaller>> people_;
  std::map<std::string, std::string> things_;
};

struct InMemory {
  std::unique_ptr<ApiCaller> connect(const char* identity, const Ticket& ticket) {
    return std::make_unique<TestClient>(driver, identity, ticket);
  }
  CoreDriver driver{{.tenants = two_tenants()}};
};

struct OverTheWire {
  OverTheWire() { service.start().value(); }
  std::unique_ptr<ApiCaller> connect(const char* identity, const Ticket& ticket) {
    return std::make_unique<WireClient>(loop, service.url(), identity, ticket);
  }
  Service service{{.tenants = two_tenants(), .throttle = {.per_second = 1e9, .burst = 1e9}}};
  net::test::Loop loop;
};

char outcome(int status, Who who) {
  if (status >= 200 && status < 300) return '+';
  if (who == elsewhere) return status == 404 ? '-' : '?';
  return status == 403 ? '-' : status == 404 ? '~' : '?';
}

class PolicyMatrix : public ::testing::TestWithParam<Row> {
 protected:
  template <class Place>
  void expect_each_does_what_it_may() {
    const Row& row = GetParam();
    for (std::size_t column = 0; column < kPeople; ++column) {
      Place place;
      World world(place);
      const auto who = static_cast<Who>(column);
      const auto reply = world.ask(who, row);
      const char expected = who == elsewhere && row.expected[column] == '~' ? '-' : row.expected[column];
      EXPECT_EQ(outcome(reply.status, who), expected)
          << kNames[who] << " was answered " << reply.status << " " << json::dump(reply.body);
    }
  }
};

TEST_P(PolicyMatrix, LetsEachDoWhatItMay) { expect_each_does_what_it_may<InMemory>(); }
TEST_P(PolicyMatrix, LetsEachDoWhatItMayOverTheWire) { expect_each_does_what_it_may<OverTheWire>(); }

INSTANTIATE_TEST_SUITE_P(Routes, PolicyMatrix, ::testing::ValuesIn(kRows));

TEST(PolicyMatrixRows, CoverEveryRoute) {
  std::set<std::string> tested, served;
  for (const Row& row : kRows) tested.insert(std::string(row.method) + " " + std::string(row.pattern));
  for (const auto table : routes::all())
    for (const Route& route : table)
      served.insert(std::string(route.method) + " " + std::string(route.pattern));
  EXPECT_EQ(tested, served);
}

}  // namespace
}  // namespace parley::chat_service
