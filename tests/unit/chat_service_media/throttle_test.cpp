#include "common/base/limits.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

/// Three requests at once, then one in a long time.
class ThrottledMedia : public MediaTest {
 protected:
  ThrottledMedia() : MediaTest({}, {.per_second = 0.001, .burst = 3}) {}
};

TEST_F(ThrottledMedia, RefusesUploadsBeforeTheirBody) {
  for (int i = 0; i < 3; ++i) uploaded("alice", "x");
  const auto before = api_->counters().uploads_begun;
  auto decision =
      api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "a/b"}}}), 100'000'000);
  ASSERT_TRUE(std::holds_alternative<http::Response>(decision));
  const auto& refusal = std::get<http::Response>(decision);
  EXPECT_EQ(refusal.status, 429);
  EXPECT_EQ(json_of(refusal).at("code"), 20429);
  EXPECT_EQ(api_->counters().uploads_begun, before);
  EXPECT_EQ(driver_.core().counters().throttled, 1u);
  uploaded("bob", "x");
}

TEST_F(ThrottledMedia, CountsOneForEachUploadAndNeverRefusesAnAcceptedOne) {
  auto one = api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "a/b"}}}), 1);
  uploaded("alice", "x");
  uploaded("alice", "x");
  auto& sink = *std::get<std::unique_ptr<net::BodySink>>(one);
  EXPECT_FALSE(sink.write("y"));
  std::optional<http::Response> answer;
  sink.finish([&](http::Response response) { answer = std::move(response); });
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(driver_.core().counters().throttled, 0u);
}

TEST_F(ThrottledMedia, RefusesOtherRequestsOfUsersButNoSignedLinks) {
  const json::Value made = uploaded("alice", "x");
  EXPECT_EQ(call("GET", url_of(made)).status, 200);
  EXPECT_EQ(call("GET", url_of(made) + "/Content").status, 200);
  EXPECT_EQ(call("GET", url_of(made)).status, 429);
  EXPECT_EQ(call("GET", url_of(made) + "/Content").status, 429);
  EXPECT_EQ(call("POST", media_url() + "Set", {.body = "{}"}).status, 429);
  EXPECT_EQ(driver_.core().counters().throttled, 3u);
  EXPECT_EQ(get_content(made).status, 200);
}

class ThrottledSets : public MediaTest {
 protected:
  ThrottledSets() : MediaTest({}, {.per_second = 0.001, .burst = 300}) {}
};

TEST_F(ThrottledSets, CountWhatTheyLookUp) {
  json::Value list = json::Value::array();
  for (std::size_t i = 0; i < limits::kMediaSetEntries; ++i)
    list.push_back({{"media_sid", "ME" + std::to_string(i)}});
  const std::string body = json::dump({{"command", "get"}, {"list", list}});
  int answered = 0;
  while (answered < 100 && call("POST", media_url() + "Set", {.body = body}).status != 429) ++answered;
  EXPECT_EQ(answered, 3);
}

}  // namespace
}  // namespace parley::chat_service::media::test
