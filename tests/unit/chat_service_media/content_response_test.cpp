#include "chat_service/src/media/download.hpp"

#include <sys/stat.h>

#include <fstream>

#include "common/storage/database.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ContentResponse : public MediaTest {
 protected:
  http::Response get(const http::Fields& headers) { return get_content(made_, headers); }
  json::Value made_ = uploaded("alice", "0123456789", "text/plain", {{"Filename", "a.txt"}});
  std::string etag_ = header_of(get({}), "etag");
};

TEST_F(ContentResponse, SaysWhatItIsAndThatItMustNotRun) {
  const auto whole = get({});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.content_type, "text/plain");
  ASSERT_TRUE(whole.source);
  EXPECT_EQ(whole.source->size(), 10u);
  EXPECT_EQ(header_of(whole, "content-disposition"), "inline; filename=\"a.txt\"; filename*=UTF-8''a.txt");
  EXPECT_EQ(header_of(whole, "x-content-type-options"), "nosniff");
  EXPECT_THAT(header_of(whole, "content-security-policy"), HasSubstr("sandbox"));
  EXPECT_THAT(header_of(whole, "cache-control"), StartsWith("private"));
  EXPECT_EQ(header_of(whole, "accept-ranges"), "bytes");
  EXPECT_EQ(etag_.size(), 66u);
  const auto page = get_content(uploaded("alice", "<script>", "text/html"));
  EXPECT_EQ(header_of(page, "content-disposition"), "attachment");
}

TEST_F(ContentResponse, SavesWhatHasATypeThatNoUploadCouldHave) {
  ASSERT_TRUE(driver_.database().run("UPDATE media SET content_type = 'text/plain;,text/html'"));
  const auto answer = get({});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/octet-stream");
  EXPECT_THAT(header_of(answer, "content-disposition"), StartsWith("attachment"));
  EXPECT_EQ(header_of(answer, "x-content-type-options"), "nosniff");
}

TEST_F(ContentResponse, GivesParts) {
  const auto part = get({{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(header_of(part, "content-range"), "bytes 2-4/10");
  EXPECT_EQ(part.source->size(), 3u);
  EXPECT_EQ(body_of(part), "234");
  EXPECT_EQ(body_of(get({{"Range", "bytes=-3"}})), "789");
  const auto beyond = get({{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(header_of(beyond, "content-range"), "bytes */10");
  EXPECT_EQ(body_of(beyond), "");
  EXPECT_EQ(body_of(get({{"Range", "bytes=0-1,3-4"}})), "0123456789");
}

TEST_F(ContentResponse, GivesPartsOnlyOfWhatTheClientKnows) {
  EXPECT_EQ(get({{"Range", "bytes=2-4"}, {"If-Range", etag_}}).status, 206);
  EXPECT_EQ(get({{"Range", "bytes=2-4"}, {"If-Range", "\"other\""}}).status, 200);
}

TEST_F(ContentResponse, SendsNothingThatIsKnown) {
  for (const std::string& known : {etag_, "\"x\", W/" + etag_, std::string("*")}) {
    const auto answer = get({{"If-None-Match", known}});
    EXPECT_EQ(answer.status, 304) << known;
    EXPECT_FALSE(answer.source);
    EXPECT_EQ(header_of(answer, "etag"), etag_);
  }
  EXPECT_EQ(get({{"If-None-Match", "\"x\""}}).status, 200);
}

TEST_F(ContentResponse, AnswersHeadAsGet) {
  const auto answer =
      call("HEAD", made_.at("links").at("content_direct_temporary").get<std::string>(), {.identity = ""});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.source->size(), 10u);
}

TEST_F(ContentResponse, SaysThatAFileIsMissing) {
  for (const auto& file : files()) std::filesystem::remove(file);
  const auto answer = get({});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(json_of(answer).at("code"), 20404);
}

/// A pipe where the file was: whoever opens it waits until somebody writes, as for a disk that does not
/// answer.
TEST_F(ContentResponse, ADiskThatDoesNotAnswerHoldsUpNobodyElse) {
  const auto file = files().at(0);
  std::filesystem::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  std::optional<http::Response> answer;
  api_->on_request(make("GET", url_of(made_) + "/Content", {}),
                   [&](http::Response response) { answer = std::move(response); });
  EXPECT_EQ(call("GET", url_of(made_)).status, 200);
  testing::TestClient alice(driver_, "alice");
  EXPECT_EQ(alice.say(alice.make_room(), "hello").status, 201);
  EXPECT_EQ(uploaded("alice", "new").at("size"), 3);
  EXPECT_FALSE(answer);
  std::ofstream(file) << "";
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->status, 500) << "it is no regular file";
}

}  // namespace
}  // namespace parley::chat_service::media::test
