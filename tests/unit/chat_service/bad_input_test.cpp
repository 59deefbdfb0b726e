#include "common/base/limits.hpp"
#include "common/storage/database.hpp"
#include "tests/support/cost.hpp"
#include "tests/support/hostile_json.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class BadInput : public InARoom {
 protected:
  TestClient::Reply post_raw(std::string url, std::string body) {
    http::Request request;
    request.method = "POST";
    request.path = url.substr(url.find('/', 8));
    request.body = std::move(body);
    return alice_.request(std::move(request));
  }
};

TEST_F(BadInput, IsRefusedWithTheNameOfTheField) {
  const std::string conversations = alice_.link("conversations");
  const std::string messages = this->messages();
  const std::string participants = this->participants();
  const std::string long_name(limits::kNameBytes + 1, 'x');
  const std::string long_attributes = "\"" + std::string(limits::kAttributesBytes, 'x') + "\"";
  struct Case {
    const char* name;
    std::string url, body, field;
  };
  const Case cases[] = {
      {"no body", conversations, "", "body"},
      {"no JSON", conversations, "{", "body"},
      {"no object", conversations, "[1]", "body"},
      {"invalid UTF-8", conversations, "{\"friendly_name\":\"\xC3\x28\"}", "body"},
      {"half a surrogate pair", conversations, R"({"friendly_name":"\ud800"})", "body"},
      {"name is no text", conversations, R"({"friendly_name":7})", "friendly_name"},
      {"name with a control character", conversations, R"({"friendly_name":"a\u0000b"})", "friendly_name"},
      {"name that turns the line", conversations, R"({"friendly_name":"a\u202eb"})", "friendly_name"},
      {"name with hidden text", conversations, R"({"friendly_name":"a\udb40\udc41b"})", "friendly_name"},
      {"unique name that turns the line", conversations, R"({"unique_name":"a\u202eb"})", "unique_name"},
      {"unique name with a joiner", conversations, R"({"unique_name":"ali\u200dce"})", "unique_name"},
      {"subject with a C1 control", messages, R"({"subject":"a\u009bb"})", "subject"},
      {"long friendly name", conversations, json::dump({{"friendly_name", long_name}}), "friendly_name"},
      {"long unique name", conversations, json::dump({{"unique_name", long_name}}), "unique_name"},
      {"unique name like a SID", conversations, json::dump({{"unique_name", room_["sid"]}}), "unique_name"},
      {"attributes are no text", conversations, R"({"attributes":{}})", "attributes"},
      {"attributes are no JSON", conversations, R"({"attributes":"{"})", "attributes"},
      {"long attributes", conversations, json::dump({{"attributes", long_attributes}}), "attributes"},
      {"unknown type", conversations, R"({"type":"secret"})", "type"},
      {"body is no text", messages, R"({"body":["x"]})", "body"},
      {"body with half a pair", messages, R"({"body":"\udc00"})", "body"},
      {"unknown medium", messages, R"({"media_sids":["ME00000000000000000000000000000000"]})", "media_sids"},
      {"many media", messages, json::dump({{"media_sids", json::Value(340'000, "")}}), "elements"},
      {"eleven media", messages, json::dump({{"media_sids", json::Value(limits::kMessageMedia + 1, "x")}}),
       "media_sids: expected at most 10"},
      {"many members", conversations, testing::distinct_members(limits::kPacketBytes / 2), "10000 members"},
      {"nobody to add", participants, "{}", "identity"},
      {"empty identity", participants, R"({"identity":""})", "identity"},
      {"identity is no text", participants, R"({"identity":1})", "identity"},
      {"identity with a line end", participants, R"({"identity":"a\nb"})", "identity"},
      {"identity with a zero width space", participants, R"({"identity":"a\u200bb"})", "identity"},
      {"identity and address", participants, R"({"identity":"b","messaging_binding":{"address":"+1"}})",
       "identity"},
      {"long address", participants, json::dump({{"messaging_binding", {{"address", long_name}}}}),
       "messaging_binding.address"},
      {"binding without an address", participants, R"({"messaging_binding":{}})", "messaging_binding"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto reply = post_raw(c.url, c.body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.code(), 20001);
    const std::string message = reply.body.value("message", "");
    EXPECT_NE(message.find(c.field), std::string::npos) << message;
    EXPECT_FALSE(alice_.ended());
  }
  EXPECT_EQ(alice_.get(room_["url"].get<std::string>()).body["messages_count"], 0);
}

TEST_F(BadInput, ValuesAtTheLimitPass) {
  std::string longest;
  for (std::size_t i = 0; i < limits::kFriendlyNameChars; ++i) longest += "ż";
  EXPECT_EQ(alice_.create({{"friendly_name", longest}})["friendly_name"], longest);
  EXPECT_EQ(alice_.post(alice_.link("conversations"), {{"friendly_name", longest + "x"}}).code(), 20001);
  EXPECT_EQ(alice_.create({{"unique_name", std::string(limits::kNameBytes, 'x')}}).value("status", ""),
            "notParticipating");
  const std::string attributes = "\"" + std::string(limits::kAttributesBytes - 2, 'x') + "\"";
  EXPECT_EQ(alice_.create({{"attributes", attributes}})["attributes"], attributes);
}

TEST_F(BadInput, EmojiAndJoinedScriptsAreNames) {
  const std::string family = "👩‍👩‍👧 می‌خواهم";
  EXPECT_EQ(alice_.create({{"friendly_name", family}, {"unique_name", family}})["unique_name"], family);
}

TEST_F(BadInput, MessageTextsAreKeptAsTheyCame) {
  const std::string text = "a\u202Eb\u200Bc\u009Bd\u2028e\uFEFF\r\n\tf";
  EXPECT_EQ(alice_.post(messages(), {{"body", text}}).body["body"], text);
}

TEST_F(BadInput, NoBodyCostsMoreThanAMultipleOfAPlainOne) {
  constexpr std::size_t kBytes = limits::kPacketBytes - 4096;
  const auto plain = testing::object_with("x", testing::plain_text(kBytes));
  for (const auto& make : {testing::distinct_members, testing::many_elements, testing::many_objects}) {
    for (const char* member : {"media_sids", "messaging_binding"}) {
      const auto worst = testing::object_with(member, make(kBytes));
      for (const std::string& url : {alice_.link("conversations"), messages(), participants()}) {
        const auto cost = testing::compare_cost([&] { post_raw(url, worst); }, [&] { post_raw(url, plain); });
        EXPECT_LT(cost.times(), testing::kMostTimesAsMuch) << member << ": " << cost;
      }
    }
  }
}

TEST_F(BadInput, AttributesOfMessagesAndParticipantsAreSmaller) {
  const auto text = [](std::size_t bytes) { return "\"" + std::string(bytes - 2, 'x') + "\""; };
  const std::string fits = text(limits::kSmallAttributesBytes),
                    large = text(limits::kSmallAttributesBytes + 1);
  EXPECT_EQ(alice_.post(messages(), {{"body", "x"}, {"attributes", fits}}).status, 201);
  EXPECT_EQ(alice_.post(messages(), {{"body", "x"}, {"attributes", large}}).code(), 20001);
  EXPECT_EQ(alice_.post(participants(), {{"identity", "bob"}, {"attributes", fits}}).status, 201);
  EXPECT_EQ(alice_.post(participants(), {{"identity", "carol"}, {"attributes", large}}).code(), 20001);
  EXPECT_EQ(alice_.post(participants() + "/bob", {{"attributes", large}}).code(), 20001);
}

TEST_F(BadInput, AConversationHasRoomForSoMany) {
  const auto add_address = [&](int number) {
    return alice_.post(participants(), {{"messaging_binding", {{"address", "+" + std::to_string(number)}}}});
  };
  const int most = static_cast<int>(limits::kNonChatParticipants);
  for (int i = 0; i < most; ++i) ASSERT_EQ(add_address(i).status, 201);
  const auto refused = add_address(most);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), 50417);
  driver_.database().run("UPDATE conversations SET participants_count = ?",
                         static_cast<std::int64_t>(limits::kParticipants));
  EXPECT_EQ(alice_.post(participants(), {{"identity", "bob"}}).code(), 50417);
  alice_.remove(participants() + "/alice");
  EXPECT_EQ(alice_.post(participants(), {{"identity", "bob"}}).status, 201) << "one left";
}

TEST_F(BadInput, DeepJsonIsRefusedWithoutHarm) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "[";
  EXPECT_EQ(post_raw(alice_.link("conversations"), deep).code(), 20001);
  const json::Value attributes{{"attributes", deep + std::string(10'000, ']')}};
  EXPECT_EQ(post_raw(alice_.link("conversations"), json::dump(attributes)).code(), 20001);
}

TEST_F(BadInput, StrangeNamesAreKeptAsTheyAre) {
  for (const std::string name : {"日本語", "a/b?c#d%e", "' OR 1=1 --", "\U0001F389", " spaces "}) {
    SCOPED_TRACE(name);
    const auto room = alice_.create({{"unique_name", name}, {"friendly_name", name}});
    EXPECT_EQ(room["unique_name"], name);
    EXPECT_EQ(alice_.post(alice_.link("conversations"), {{"unique_name", name}}).status, 409);
  }
}

}  // namespace
}  // namespace parley::chat_service
