#include "chat_service/src/free_space.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

using ::testing::HasSubstr;

/// How much may be stored: by one user, and on the disk.
class UploadRoom : public MediaTest {
 protected:
  UploadRoom() : MediaTest({.max_bytes = 100'000'000, .max_user_bytes = 1000, .min_free_bytes = 1 << 20}) {}

  net::BodyDecision begin(const std::string& who, std::optional<std::uint64_t> length) {
    return api_->on_body(make("POST", media_url(), {.identity = who, .headers = {{"Content-Type", "a/b"}}}),
                         length);
  }
  static net::BodySink& sink_of(net::BodyDecision& decision) {
    return *std::get<std::unique_ptr<net::BodySink>>(decision);
  }
  static void expect_refused(const http::Response& response, int status, const std::string& text) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(json_of(response).at("code"), 20000 + status);
    EXPECT_THAT(json_of(response).at("message").get<std::string>(), HasSubstr(text));
  }
  static void expect_cut_off(const std::optional<http::Response>& response, int status,
                             const std::string& text) {
    ASSERT_TRUE(response);
    expect_refused(*response, status, text);
  }
  static void expect_not_begun(const net::BodyDecision& decision, int status, const std::string& text) {
    ASSERT_TRUE(std::holds_alternative<http::Response>(decision));
    expect_refused(std::get<http::Response>(decision), status, text);
  }
};

TEST_F(UploadRoom, OfOneUserEndsAtTheQuota) {
  uploaded("alice", std::string(600, 'x'));
  expect_refused(upload("alice", std::string(401, 'y')), 413, "at most 400 bytes");
  EXPECT_EQ(api_->counters().over_quota, 1u);
  EXPECT_EQ(api_->counters().uploads_refused, 1u);
  EXPECT_EQ(api_->counters().uploads_begun, 1u);
  uploaded("alice", std::string(400, 'z'));
  expect_refused(upload("alice", "1"), 413, "at most 0 bytes");
  uploaded("bob", std::string(1000, 'x'));
}

TEST_F(UploadRoom, CountsEqualFilesInFull) {
  uploaded("alice", std::string(600, 'x'));
  expect_refused(upload("alice", std::string(600, 'x')), 413, "at most 400 bytes");
}

TEST_F(UploadRoom, IsNotPassedByManyUploadsAtOnce) {
  auto one = begin("alice", 600);
  auto two = begin("alice", 400);
  EXPECT_EQ(two.index(), 1u);
  expect_not_begun(begin("alice", 1), 413, "at most 0 bytes");
  EXPECT_EQ(begin("bob", 1000).index(), 1u);
  one = std::monostate();
  EXPECT_EQ(begin("alice", 600).index(), 1u) << "the first broke off";
}

TEST_F(UploadRoom, IsNotPassedByUploadsOfUnknownLength) {
  auto one = begin("alice", std::nullopt), two = begin("alice", std::nullopt);
  EXPECT_FALSE(sink_of(one).write(std::string(600, 'x')));
  EXPECT_FALSE(sink_of(two).write(std::string(400, 'y')));
  expect_cut_off(sink_of(two).write("y"), 413, "at most 400 bytes");
  two = std::monostate();
  EXPECT_FALSE(sink_of(one).write(std::string(400, 'x')));
  expect_cut_off(sink_of(one).write("x"), 413, "at most 1000 bytes");
  EXPECT_EQ(api_->counters().over_quota, 2u);
  one = std::monostate();
  EXPECT_TRUE(soon([&] { return files().empty(); }));
}

TEST_F(UploadRoom, CountsAnUploadOnceFromItsLastByteToItsRow) {
  auto one = begin("alice", 600);
  EXPECT_FALSE(sink_of(one).write(std::string(600, 'x')));
  std::optional<http::Response> answer;
  sink_of(one).finish([&](http::Response response) { answer = std::move(response); });
  flush_by_itself_ = false;
  while (!answer) {
    EXPECT_EQ(begin("alice", 400).index(), 1u);
    EXPECT_EQ(begin("alice", 401).index(), 2u);
    if (!posted_.run_one_that_is_ready() && driver_.core().needs_flush()) driver_.flush();
  }
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(begin("alice", 400).index(), 1u);
  EXPECT_EQ(begin("alice", 401).index(), 2u);
}

TEST_F(UploadRoom, ComesBackWithWhatIsDeleted) {
  testing::TestClient alice(driver_, "alice");
  const json::Value made = uploaded("alice", std::string(1000, 'x'));
  const json::Value room = alice.make_room();
  const auto sent =
      alice.post(room.at("links").at("messages").get<std::string>(), {{"media_sids", {made.at("sid")}}});
  ASSERT_EQ(sent.status, 201);
  expect_refused(upload("alice", "1"), 413, "at most 0 bytes");
  ASSERT_LT(alice.remove(sent.body.at("url").get<std::string>()).status, 300);
  uploaded("alice", std::string(1000, 'y'));
}

TEST_F(UploadRoom, ComesBackWithAConversationAndWithTime) {
  testing::TestClient alice(driver_, "alice");
  const json::Value made = uploaded("alice", std::string(500, 'x'));
  const json::Value room = alice.make_room();
  ASSERT_EQ(alice.post(room.at("links").at("messages").get<std::string>(), {{"media_sids", {made.at("sid")}}})
                .status,
            201);
  uploaded("alice", std::string(500, 'y'));
  ASSERT_LT(alice.remove(room.at("url").get<std::string>()).status, 300);
  driver_.advance(std::chrono::seconds(1));  // the rows of what is deleted go in the background
  expect_refused(upload("alice", std::string(501, 'z')), 413, "at most 500 bytes");
  driver_.advance(std::chrono::hours(25));
  tidy();
  uploaded("alice", std::string(1000, 'z'));
}

TEST_F(UploadRoom, IsKnownAfterARestart) {
  uploaded("alice", std::string(600, 'x'));
  restart();
  expect_refused(upload("alice", std::string(401, 'y')), 413, "at most 400 bytes");
}

TEST_F(UploadRoom, OfAFormIsThatOfItsFile) {
  const auto form = [&](std::size_t bytes) {
    const std::string body = "--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n" +
                             std::string(bytes, 'x') + "\r\n--b--";
    return send(make("POST", media_url(), {.headers = {{"Content-Type", "multipart/form-data; boundary=b"}}}),
                body);
  };
  expect_refused(form(1001), 413, "at most 1000 bytes");
  EXPECT_EQ(form(1000).status, 201);
}

TEST_F(UploadRoom, OnTheDiskIsLookedAtBeforeTheBody) {
  free_bytes_ = (1 << 20) + 99;
  expect_not_begun(begin("alice", 100), 507, "no room");
  EXPECT_EQ(begin("alice", 99).index(), 1u);
  free_bytes_ = 1 << 20;
  expect_not_begun(begin("alice", std::nullopt), 507, "no room");
  EXPECT_EQ(api_->counters().without_room, 2u);
  EXPECT_TRUE(soon([&] { return files().empty(); }));
  EXPECT_THAT(log_, ::testing::Contains(HasSubstr("free on the disk")));
}

class UploadRoomOnDisk : public UploadRoom {
 protected:
  UploadRoomOnDisk() {
    options_.max_user_bytes = 1ull << 40;
    restart();
  }
};

TEST_F(UploadRoomOnDisk, IsLookedAtWhileTheBodyComes) {
  auto decision = begin("alice", std::nullopt);
  const std::string piece(FreeSpace::kLookEvery, 'x');
  EXPECT_FALSE(sink_of(decision).write(piece));
  free_bytes_ = (1 << 20) + piece.size() - 1;
  expect_cut_off(sink_of(decision).write(piece), 507, "no room");
  EXPECT_EQ(api_->counters().without_room, 1u);
  EXPECT_THAT(log_, ::testing::Contains(HasSubstr("free on the disk")));
  decision = std::monostate();
  EXPECT_TRUE(soon([&] { return files().empty(); }));
}

}  // namespace
}  // namespace parley::chat_service::media::test
