#include "chat_service/src/media/api.hpp"

#include "common/base/crypto.hpp"
#include "common/base/limits.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ApiTest : public MediaTest {
 protected:
  /// A conversation of alice with bob in it, and a message of hers with that medium.
  json::Value attach(testing::TestClient& alice, const json::Value& medium) {
    const json::Value room = alice.make_room();
    alice.add(room, "bob");
    const std::string messages = room.at("links").at("messages");
    const auto sent = alice.post(messages, {{"media_sids", {medium.at("sid")}}});
    EXPECT_EQ(sent.status, 201) << sent.body;
    message_ = sent.body;
    return room;
  }
  json::Value message_;
};

TEST_F(ApiTest, StoresAnUploadAndDescribesIt) {
  const auto response = upload("alice", "hello", "Text/Plain;charset=UTF-8",
                               {{"Category", "body"}, {"Filename", "dir/a b.txt"}});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.content_type, "application/json");
  const json::Value made = json_of(response);
  EXPECT_THAT(made.at("sid").get<std::string>(), StartsWith("ME"));
  EXPECT_EQ(made.at("service_sid"), testing::kServiceSid);
  EXPECT_EQ(made.at("channel_sid"), nullptr);
  EXPECT_EQ(made.at("message_sid"), nullptr);
  EXPECT_EQ(made.at("author"), "alice");
  EXPECT_EQ(made.at("size"), 5);
  EXPECT_EQ(made.at("content_type"), "text/plain;charset=UTF-8");
  EXPECT_EQ(made.at("filename"), "a b.txt");
  EXPECT_EQ(made.at("category"), "body");
  EXPECT_EQ(made.at("is_multipart_upstream"), false);
  EXPECT_EQ(made.at("url"), url_of(made));
  EXPECT_EQ(made.at("links").at("content"), url_of(made) + "/Content");
  EXPECT_THAT(made.at("date_created").get<std::string>(), ::testing::EndsWith("Z"));

  const auto described = call("GET", url_of(made));
  EXPECT_EQ(described.status, 200);
  EXPECT_EQ(json_of(described).at("size"), 5);
  EXPECT_EQ(body_of(get_content(json_of(described))), "hello");
  EXPECT_EQ(api_->counters().uploads, 1u);
  EXPECT_EQ(api_->counters().upload_bytes, 5u);
  EXPECT_EQ(api_->counters().downloads, 1u);
}

TEST_F(ApiTest, TakesEmptyFiles) {
  const auto response = call("POST", media_url(), {.headers = {{"Content-Type", "text/plain"}}});
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(json_of(response).at("size"), 0);
  const auto content = get_content(json_of(response));
  EXPECT_EQ(content.status, 200);
  EXPECT_EQ(body_of(content), "");
}

TEST_F(ApiTest, KeepsUploadsOverARestart) {
  const json::Value made = uploaded("alice", "kept");
  restart();
  EXPECT_EQ(call("GET", url_of(made)).status, 200);
  EXPECT_EQ(body_of(get_content(made)), "kept");
}

TEST_F(ApiTest, KeepsEqualFilesOnce) {
  const json::Value one = uploaded("alice", "same");
  const json::Value two = uploaded("bob", "same", "image/png");
  EXPECT_NE(one.at("sid"), two.at("sid"));
  EXPECT_EQ(files().size(), 1u);
  EXPECT_EQ(get_content(two).content_type, "image/png");
}

TEST_F(ApiTest, WantsATokenForEverythingButSignedLinks) {
  const json::Value made = uploaded("alice", "x");
  const std::string urls[] = {url_of(made), url_of(made) + "/Content"};
  for (const std::string& url : urls) {
    const auto without = call("GET", url, {.identity = ""});
    EXPECT_EQ(without.status, 401);
    EXPECT_EQ(json_of(without).at("status"), 401);
    const auto bad = call("GET", url, {.identity = "", .headers = {{"X-Twilio-Token", "a.b.c"}}});
    EXPECT_EQ(bad.status, 401);
    EXPECT_GE(json_of(bad).at("code"), 20000);
  }
  EXPECT_EQ(call("POST", media_url() + "Set", {.identity = "", .body = "{}"}).status, 401);
  EXPECT_EQ(send(make("POST", media_url(), {.identity = ""}), "x").status, 401);
  const auto expired = driver_.token("alice", std::chrono::seconds(60));
  driver_.advance(std::chrono::seconds(61));
  EXPECT_EQ(call("GET", urls[0], {.identity = "", .headers = {{"X-Twilio-Token", expired}}}).status, 401);
}

TEST_F(ApiTest, BelongsToItsAuthorUntilAMessageNamesIt) {
  const json::Value made = uploaded("alice", "x");
  EXPECT_EQ(call("GET", url_of(made)).status, 200);
  EXPECT_EQ(call("GET", url_of(made), {.identity = "bob"}).status, 404);
  EXPECT_EQ(call("GET", url_of(made) + "/Content", {.identity = "bob"}).status, 404);
}

TEST_F(ApiTest, IsThenForThoseInTheConversation) {
  testing::TestClient alice(driver_, "alice");
  testing::TestClient bob(driver_, "bob");
  const json::Value made = uploaded("alice", "x");
  const json::Value room = attach(alice, made);
  const auto seen = json_of(call("GET", url_of(made), {.identity = "bob"}));
  EXPECT_EQ(seen.at("channel_sid"), room.at("sid"));
  EXPECT_EQ(seen.at("message_sid"), message_.at("sid"));
  EXPECT_EQ(body_of(call("GET", url_of(made) + "/Content", {.identity = "bob"})), "x");
  EXPECT_EQ(call("GET", url_of(made), {.identity = "eve"}).status, 403);
  EXPECT_EQ(call("GET", url_of(made) + "/Content", {.identity = "eve"}).status, 403);

  ASSERT_LT(bob.remove(room.at("links").at("participants").get<std::string>() + "/bob").status, 300);
  EXPECT_EQ(call("GET", url_of(made), {.identity = "bob"}).status, 403);
  EXPECT_EQ(call("GET", url_of(made) + "/Content", {.identity = "bob"}).status, 403);
}

TEST_F(ApiTest, GoesWithItsMessageAndItsLinksWithIt) {
  testing::TestClient alice(driver_, "alice");
  const json::Value made = uploaded("alice", "x");
  attach(alice, made);
  ASSERT_LT(alice.remove(message_.at("url").get<std::string>()).status, 300);
  EXPECT_EQ(call("GET", url_of(made)).status, 404);
  EXPECT_EQ(get_content(made).status, 404);
}

TEST_F(ApiTest, KeepsServicesApart) {
  const json::Value made = uploaded("alice", "x");
  const std::string elsewhere = "http://chat.test:4010/v1/Services/IS1123456789abcdef0123456789abcdef/Media";
  EXPECT_EQ(call("GET", elsewhere + "/" + made.at("sid").get<std::string>()).status, 404);
  EXPECT_EQ(send(make("POST", elsewhere, {}), "x").status, 404);
  EXPECT_EQ(call("POST", elsewhere + "Set", {.body = "{}"}).status, 404);
}

TEST_F(ApiTest, AnswersUnknownPathsAndMethods) {
  const json::Value made = uploaded("alice", "x");
  EXPECT_EQ(call("GET", media_url() + "/ME0123456789abcdef0123456789abcdef").status, 404);
  EXPECT_EQ(call("GET", media_url() + "/nonsense").status, 404);
  EXPECT_EQ(call("GET", url_of(made) + "/More").status, 404);
  EXPECT_EQ(call("GET", media_url()).status, 405);
  EXPECT_EQ(call("GET", media_url() + "Set").status, 405);
  EXPECT_EQ(call("DELETE", url_of(made)).status, 405);
  EXPECT_EQ(call("PUT", url_of(made) + "/Content").status, 405);
}

TEST_F(ApiTest, LeavesBodiesAloneThatAreNoUploads) {
  const auto is_collected = [&](const std::string& method, const std::string& url) {
    const auto decision = api_->on_body(make(method, url, {}), 1);
    return std::holds_alternative<std::monostate>(decision);
  };
  EXPECT_TRUE(is_collected("POST", media_url() + "Set"));
  EXPECT_TRUE(is_collected("PUT", media_url()));
  EXPECT_TRUE(is_collected("POST", media_url() + "/ME0123456789abcdef0123456789abcdef"));
}

TEST_F(ApiTest, DescribesASetWithACodeForEach) {
  const json::Value mine = uploaded("alice", "x");
  const json::Value other = uploaded("bob", "y");
  const auto ask = [&](const json::Value& body) {
    return call("POST", media_url() + "Set", {.body = body.dump()});
  };
  const auto answer = ask({{"command", "get"},
                           {"list",
                            {{{"media_sid", mine.at("sid")}},
                             {{"media_sid", other.at("sid")}},
                             {{"media_sid", "ME0123456789abcdef0123456789abcdef"}}}}});
  ASSERT_EQ(answer.status, 200);
  const json::Value entries = json_of(answer);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].at("code"), 200);
  EXPECT_EQ(body_of(get_content(entries[0].at("media_record"))), "x");
  EXPECT_EQ(entries[1].at("code"), 404);
  EXPECT_EQ(entries[1].at("media_record").at("sid"), other.at("sid"));
  EXPECT_EQ(entries[2].at("code"), 404);
  EXPECT_EQ(json_of(ask({{"command", "get"}, {"list", json::Value::array()}})), json::Value::array());
}

TEST_F(ApiTest, RefusesSetsThatAreNone) {
  const auto refusal = [&](const std::string& body) {
    const auto answer = call("POST", media_url() + "Set", {.body = body});
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(json_of(answer).at("code"), 20001);
    return json_of(answer).at("message").get<std::string>();
  };
  EXPECT_THAT(refusal("nonsense"), HasSubstr("body"));
  EXPECT_THAT(refusal(R"({"list":[]})"), HasSubstr("command"));
  EXPECT_THAT(refusal(R"({"command":"put","list":[]})"), HasSubstr("command"));
  EXPECT_THAT(refusal(R"({"command":"get"})"), HasSubstr("list"));
  EXPECT_THAT(refusal(R"({"command":"get","list":[1]})"), HasSubstr("list[0]"));
  EXPECT_THAT(refusal(R"({"command":"get","list":[{"media_sid":"x"},{}]})"), HasSubstr("list[1].media_sid"));
  json::Value many = json::Value::array();
  for (std::size_t i = 0; i < limits::kMediaSetEntries; ++i) many.push_back({{"media_sid", "ME"}});
  const auto all =
      call("POST", media_url() + "Set", {.body = json::dump({{"command", "get"}, {"list", many}})});
  EXPECT_EQ(all.status, 200);
  many.push_back({{"media_sid", "ME"}});
  EXPECT_THAT(refusal(json::dump({{"command", "get"}, {"list", many}})), HasSubstr("list"));
}

TEST_F(ApiTest, LetsTemporaryLinksExpire) {
  const json::Value made = uploaded("alice", "x");
  driver_.advance(std::chrono::seconds(300));
  EXPECT_EQ(get_content(made).status, 200);
  driver_.advance(std::chrono::seconds(2));
  const auto late = get_content(made);
  EXPECT_EQ(late.status, 403);
  EXPECT_EQ(json_of(late).at("status"), 403);
  EXPECT_EQ(get_content(json_of(call("GET", url_of(made)))).status, 200);
}

TEST_F(ApiTest, RefusesAbsurdNumbersOfUploadsOfOneUser) {
  std::vector<net::BodyDecision> open;
  const auto begin = [&](const std::string& who) {
    return api_->on_body(make("POST", media_url(), {.identity = who, .headers = {{"Content-Type", "a/b"}}}),
                         1);
  };
  for (std::size_t i = 0; i < limits::kMediaUploads; ++i) {
    open.push_back(begin("alice"));
    ASSERT_EQ(open.back().index(), 1u) << i;
  }
  auto more = begin("alice");
  ASSERT_EQ(more.index(), 2u);
  EXPECT_EQ(std::get<http::Response>(more).status, 429);
  EXPECT_EQ(json_of(std::get<http::Response>(more)).at("code"), 20429);
  EXPECT_EQ(begin("bob").index(), 1u);
  EXPECT_EQ(api_->counters().uploads_refused, 1u);
  open.pop_back();
  EXPECT_EQ(begin("alice").index(), 1u);
  open.clear();
  EXPECT_TRUE(files().empty());
}

TEST_F(ApiTest, EndsInTheMiddleOfUploads) {
  auto decision = api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "a/b"}}}), 10);
  auto& sink = *std::get<std::unique_ptr<net::BodySink>>(decision);
  EXPECT_FALSE(sink.write("12345"));
  auto other = api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "a/b"}}}), 1);
  std::get<std::unique_ptr<net::BodySink>>(other)->finish([](http::Response) { FAIL(); });
  const std::string directory = api_->directory();
  api_.reset();
  EXPECT_FALSE(sink.write("67890"));
  sink.finish([](http::Response) { FAIL(); });
  decision = std::monostate();
  while (!std::filesystem::is_empty(std::filesystem::path(directory) / "incoming"))
    ASSERT_TRUE(posted_.run_one());
}

TEST_F(ApiTest, RefusesToStartWithoutASecretOrDirectory) {
  const Host host{.core = driver_.core(), .post = [](std::function<void()>) {}};
  EXPECT_EQ(Api::open({}, host).error().code, Errc::invalid_argument);
  const auto taken = Api::open({.database = place_.path(), .secret = "s"}, host);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::storage_error);
}

}  // namespace
}  // namespace parley::chat_service::media::test
