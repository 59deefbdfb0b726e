#include "common/base/limits.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class MessageMedia : public InARoom {
 protected:
  MessageMedia() { alice_.add(room_, "bob"); }

  TestClient::Reply send(const json::Value& fields) { return alice_.post(messages(), fields); }
  json::Value item(int index) {
    const auto list = alice_.get("/v3/Lists/" + object("messages")).body;
    const auto items =
        alice_.get(list["links"]["items"].get<std::string>(), {{"Index", std::to_string(index)}});
    return items.body["items"][0]["data"];
  }
};

TEST_F(MessageMedia, AreShownInOrderWithWhatIsKnownOfThem) {
  const std::string picture =
      upload("alice", {.filename = "a b.png", .content_type = "image/png", .size = 12});
  const std::string mail = upload("alice", {.category = "body", .content_type = "text/html", .size = 5});
  const auto sent = send({{"body", "look"}, {"media_sids", {mail, picture}}, {"attributes", "{}"}});
  ASSERT_EQ(sent.status, 201);
  EXPECT_EQ(sent.body["media"].size(), 2u);
  EXPECT_EQ(sent.body["media"][1], (json::Value{{"sid", picture},
                                                {"category", "media"},
                                                {"filename", "a b.png"},
                                                {"content_type", "image/png"},
                                                {"size", 12}}));
  EXPECT_EQ(bob_.get(sent.body["url"].get<std::string>()).body, sent.body);
  const auto shown = item(0);
  EXPECT_EQ(shown["type"], "media");
  EXPECT_EQ(shown["text"], "look");
  ASSERT_EQ(shown["medias"].size(), 2u);
  EXPECT_EQ(shown["medias"][0]["sid"], mail);
  EXPECT_EQ(shown["medias"][0]["category"], "body");
  EXPECT_TRUE(shown["medias"][0]["filename"].is_null());
  EXPECT_EQ(shown["medias"][1]["contentType"], "image/png");
  EXPECT_EQ(shown["media"]["sid"], picture) << "the first that a person attached";
}

TEST_F(MessageMedia, OlderClientsNameOne) {
  const std::string sid = upload("alice");
  const auto sent = send({{"media_sid", sid}, {"attributes", "{}"}});
  ASSERT_EQ(sent.status, 201);
  EXPECT_EQ(item(0)["media"]["sid"], sid);
  EXPECT_EQ(item(0)["medias"].size(), 1u);
}

TEST_F(MessageMedia, StayWhenTheMessageIsChanged) {
  const std::string sid = upload("alice");
  const std::string url = send({{"body", "x"}, {"media_sids", {sid}}}).body["url"];
  const auto changed = alice_.post(url, {{"body", "y"}});
  EXPECT_EQ(changed.body["media"][0]["sid"], sid);
  EXPECT_EQ(item(0)["medias"][0]["sid"], sid);
  EXPECT_EQ(item(0)["text"], "y");
  const auto refused = alice_.post(url, {{"media_sids", {upload("alice")}}});
  EXPECT_EQ(refused.code(), 20001);
}

TEST_F(MessageMedia, GoWithTheMessage) {
  const std::string sid = upload("alice");
  const std::string url = send({{"media_sids", {sid}}}).body["url"];
  EXPECT_TRUE(media().find(testing::kServiceSid, sid)->message_sid);
  EXPECT_EQ(alice_.remove(url).status, 204);
  EXPECT_FALSE(media().find(testing::kServiceSid, sid));
}

TEST_F(MessageMedia, GoWithTheConversation) {
  const std::string sid = upload("alice");
  send({{"media_sids", {sid}}});
  EXPECT_EQ(alice_.remove(url()).status, 204);
  EXPECT_FALSE(media().find(testing::kServiceSid, sid));
}

TEST_F(MessageMedia, AreRefusedUnlessUploadedByTheSenderForThisMessage) {
  const std::string mine = upload("alice"), used = upload("alice"), foreign = upload("bob");
  ASSERT_EQ(send({{"media_sids", {used}}}).status, 201);
  const std::string unknown = "ME" + std::string(32, '0');
  std::vector<std::string> eleven(limits::kMessageMedia + 1, mine);
  const struct {
    const char* name;
    json::Value fields;
    const char* field;
  } kCases[] = {
      {"unknown", {{"media_sids", {mine, unknown}}}, "media_sids[1]"},
      {"somebody else's", {{"media_sids", {foreign}}}, "media_sids[0]"},
      {"in another message", {{"media_sids", {used}}}, "media_sids[0]"},
      {"twice", {{"media_sids", {mine, mine}}}, "media_sids[1]"},
      {"no SID", {{"media_sids", {"x"}}}, "media_sids[0]"},
      {"no text", {{"media_sids", {1}}}, "media_sids"},
      {"no array", {{"media_sids", mine}}, "media_sids"},
      {"too many", {{"media_sids", eleven}}, "media_sids"},
      {"legacy, unknown", {{"media_sid", unknown}}, "media_sid:"},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.name);
    const auto reply = send(one.fields);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.code(), 20001);
    EXPECT_NE(reply.body.value("message", "").find(one.field), std::string::npos) << reply.body;
  }
  EXPECT_FALSE(media().find(testing::kServiceSid, mine)->message_sid) << "a refusal attaches nothing";
  EXPECT_EQ(alice_.get(url()).body["messages_count"], 1);
}

TEST_F(MessageMedia, OfAnotherServiceAreUnknown) {
  Medium medium{.sid = "ME" + std::string(32, 'c'), .author = "alice", .content_type = "a/b", .size = 1};
  medium.blob = "c";
  media().insert("IS00000000000000000000000000000009", medium);
  EXPECT_EQ(send({{"media_sids", {medium.sid}}}).code(), 20001);
}

TEST_F(MessageMedia, TogetherAreNotLargerThanOneMayBe) {
  const auto limit = static_cast<std::int64_t>(MediaOptions{}.max_bytes);
  const std::string half = upload("alice", {.size = limit / 2}), rest = upload("alice", {.size = limit / 2});
  const std::string one_more = upload("alice", {.size = 1});
  EXPECT_EQ(send({{"media_sids", {half, rest, one_more}}}).code(), 20001);
  EXPECT_EQ(send({{"media_sids", {half, rest}}}).status, 201);
}

TEST_F(MessageMedia, ATemplateIsKeptAndShown) {
  const std::string sid = "HX" + std::string(32, '1');
  const auto sent = send(
      {{"content_sid", sid}, {"content_variables", R"({"1":"x"})"}, {"media_sids", json::Value::array()}});
  ASSERT_EQ(sent.status, 201);
  EXPECT_EQ(sent.body["content_sid"], sid);
  EXPECT_EQ(sent.body["content_variables"], R"({"1":"x"})");
  EXPECT_EQ(item(0)["contentSid"], sid);
  alice_.post(sent.body["url"].get<std::string>(), {{"body", "y"}});
  EXPECT_EQ(item(0)["contentSid"], sid) << "items are written whole";
  EXPECT_EQ(send({{"content_sid", "HX1"}}).code(), 20001);
  EXPECT_EQ(send({{"content_sid", sid}, {"content_variables", "[]"}}).code(), 20001);
}

TEST_F(MessageMedia, APlainMessageHasNone) {
  send({{"body", "x"}, {"media_sids", json::Value::array()}});
  EXPECT_EQ(item(0)["type"], "text");
  EXPECT_FALSE(item(0).contains("medias"));
  EXPECT_FALSE(item(0).contains("media"));
  EXPECT_FALSE(item(0).contains("delivery"));
}

}  // namespace
}  // namespace parley::chat_service
