#include "chat_service/src/media/upload.hpp"

#include <fstream>

#include "common/base/crypto.hpp"
#include "common/base/limits.hpp"
#include "common/storage/database.hpp"
#include "tests/unit/chat_service_media/disk_trouble.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

using ::testing::HasSubstr;

class UploadTest : public MediaTest {
 protected:
  UploadTest() : MediaTest({.max_bytes = 1000, .content_types = {"text/*", "image/png"}}) {}

  http::Response form(std::string_view body, std::size_t piece = 100) {
    return send(make("POST", media_url(),
                     {.headers = {{"Content-Type", "multipart/form-data; boundary=b"}},
                      .params = {{"Category", "media"}}}),
                body, piece);
  }
  static std::string file_part(const std::string& data, const std::string& type = "text/plain",
                               const std::string& name = "a.txt") {
    return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
           "\"\r\nContent-Type: " + type + "\r\n\r\n" + data + "\r\n";
  }
  void expect_refused(const http::Response& response, int status, const std::string& text) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_THAT(json_of(response).at("message").get<std::string>(), HasSubstr(text));
    EXPECT_TRUE(soon([&] { return files().empty(); }));
  }
};

TEST_F(UploadTest, RefusesByTheHead) {
  expect_refused(upload("alice", "x", "image/gif"), 415, "Content-Type");
  expect_refused(upload("alice", "x", "nonsense"), 400, "Content-Type");
  expect_refused(upload("alice", "x", "text/plain", {{"Category", "other"}}), 400, "Category");
  expect_refused(upload("alice", "x", "text/plain", {{"Filename", std::string(256, 'n')}}), 400, "Filename");
  expect_refused(upload("alice", std::string(1001, 'x')), 413, "1000");
  EXPECT_EQ(api_->counters().uploads_refused, 5u);
  EXPECT_EQ(api_->counters().uploads_begun, 0u);
}

TEST_F(UploadTest, RefusesASecondTypeBehindAnAllowedOne) {
  for (const char* type : {"text/plain;,text/html", "text/plain,text/html", "image/png;a=b,text/html"}) {
    expect_refused(upload("alice", "<script>", type), 400, "Content-Type");
    expect_refused(form(file_part("<script>", type) + "--b--"), 400, "Content-Type");
  }
}

TEST_F(UploadTest, ServesTheTypeThatWasLookedUp) {
  const std::string sent = "Text/Plain ; Charset=\"utf-8\";";
  for (const http::Response& stored : {upload("alice", "x", sent), form(file_part("x", sent) + "--b--")}) {
    const json::Value made = json_of(stored);
    EXPECT_EQ(made.at("content_type"), "text/plain;charset=utf-8");
    EXPECT_EQ(get_content(made).content_type, "text/plain;charset=utf-8");
  }
}

TEST_F(UploadTest, NeedsABoundaryForAForm) {
  for (const char* type : {"multipart/form-data", "Multipart/Form-Data ; boundary="})
    expect_refused(send(make("POST", media_url(), {.headers = {{"Content-Type", type}}}), "x"), 400,
                   "boundary");
}

TEST_F(UploadTest, TakesAFileOfTheGreatestSize) {
  EXPECT_EQ(uploaded("alice", std::string(1000, 'x')).at("size"), 1000);
}

TEST_F(UploadTest, RefusesWhileReadingWhatSaidNothingOfItsLength) {
  auto decision =
      api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "text/plain"}}}), std::nullopt);
  auto& sink = *std::get<std::unique_ptr<net::BodySink>>(decision);
  EXPECT_FALSE(sink.write(std::string(1000, 'x')));
  const auto refusal = sink.write("x");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 413);
  decision = std::monostate();
  EXPECT_TRUE(soon([&] { return files().empty(); }));
}

TEST_F(UploadTest, ForgetsAClientThatGoesAway) {
  {
    auto decision =
        api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "text/plain"}}}), 100);
    EXPECT_FALSE(std::get<std::unique_ptr<net::BodySink>>(decision)->write("half"));
    EXPECT_TRUE(soon([&] { return files().size() == 1; }));
  }
  EXPECT_TRUE(soon([&] { return files().empty(); }));
  EXPECT_EQ(api_->counters().uploads_begun, 1u);
  EXPECT_EQ(api_->counters().uploads, 0u);
}

TEST_F(UploadTest, TakesTheFileOfABrowsersForm) {
  const std::string body = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n" +
                           file_part("the\r\n--data", "image/png", "path/pict%22.png") + "--b--\r\n";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const auto response = form(body, piece);
    ASSERT_EQ(response.status, 201) << response.body;
    const json::Value made = json_of(response);
    EXPECT_EQ(made.at("content_type"), "image/png");
    EXPECT_EQ(made.at("filename"), "pict\".png");
    EXPECT_EQ(made.at("category"), "media");
    EXPECT_EQ(body_of(get_content(made)), "the\r\n--data");
  }
  EXPECT_EQ(files().size(), 1u);
}

TEST_F(UploadTest, TakesAFormsFileOfTheGreatestSize) {
  EXPECT_EQ(form(file_part(std::string(1000, 'x')) + "--b--").status, 201);
}

TEST_F(UploadTest, RefusesForms) {
  expect_refused(form(file_part(std::string(1001, 'x')) + "--b--"), 413, "1000");
  expect_refused(form(file_part("x", "image/gif") + "--b--"), 415, "Content-Type");
  expect_refused(form(file_part("x", "text/plain", std::string(256, 'n')) + "--b--"), 400, "Filename");
  expect_refused(form(file_part("x")), 400, "closing boundary");
  expect_refused(form("--b--"), 400, "filename");
  expect_refused(form("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--"), 400, "filename");
  expect_refused(form(file_part("x") + file_part("y") + "--b--"), 400, "one file");
  expect_refused(form("--b\r\n\r\n" + std::string(limits::kMultipartOtherBytes + 1, 'x') + "\r\n--b--"), 400,
                 "too much");
  expect_refused(
      send(make("POST", media_url(), {.headers = {{"Content-Type", "multipart/form-data; boundary="}}}), "x"),
      400, "boundary");
}

TEST_F(UploadTest, AnswersAndLeavesNothingIfTheDiskIsFull) {
  const auto head = make("POST", media_url(), {.headers = {{"Content-Type", "text/plain"}}});
  std::optional<SmallDisk> full(500);
  const auto response = send(head, std::string(600, 'x'));
  full.reset();
  expect_refused(response, 507, "no room");
  EXPECT_EQ(uploaded("alice", "after").at("size"), 5);
}

TEST_F(UploadTest, AnswersAndLeavesNothingIfTheFileCannotGetItsPlace) {
  const auto in_the_way = std::filesystem::path(api_->directory()) / sha256_hex("bytes").substr(0, 2);
  std::ofstream(in_the_way) << "";
  const auto response = upload("alice", "bytes");
  std::filesystem::remove(in_the_way);
  expect_refused(response, 500, "could not be stored");
  EXPECT_THAT(log_, ::testing::ElementsAre(HasSubstr("media: ")));
  EXPECT_EQ(uploaded("alice", "bytes").at("size"), 5);
}

TEST_F(UploadTest, AnswersAnErrorIfTheRowCannotBeCommitted) {
  driver_.database().on_commit([] { return false; });
  const auto response = upload("alice", "bytes");
  EXPECT_EQ(response.status, 500);
  driver_.database().on_commit([] { return true; });
  EXPECT_EQ(api_->counters().uploads, 0u);
  tidy();
  EXPECT_TRUE(soon([&] { return files().empty(); }));
}

}  // namespace
}  // namespace parley::chat_service::media::test
