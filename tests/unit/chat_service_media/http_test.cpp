#include "common/net/http_server.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"
#include "tests/unit/net/loop.hpp"
#include "tests/unit/net/raw_client.hpp"

namespace parley::chat_service::media::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The door behind a real server: what the shell does.
class MediaOverHttp : public MediaTest {
 protected:
  MediaOverHttp() : MediaTest({.max_bytes = 4 << 20}) {
    server_.on_body(
        [this](const http::Request& head, const std::string&, std::optional<std::uint64_t> length) {
          return Api::is_mine(head.path) ? api_->on_body(head, length) : net::BodyDecision();
        });
    address_ = server_.start().value();
  }

  template <class Condition>
  bool run_both_until(Condition condition) {
    return loop_.run_until([&] {
      while (posted_.run_one_that_is_ready()) {
      }
      return condition();
    });
  }

  std::string talk(const std::string& text) {
    net::test::RawClient client(loop_, address_);
    client.send(text);
    EXPECT_TRUE(run_both_until([&] { return client.ended(); })) << client.received();
    return client.received();
  }

  std::string head(const std::string& method, const std::string& target, const std::string& more) {
    return method + " " + target +
           " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Twilio-Token: " + driver_.token("alice") + "\r\n" +
           more + "\r\n";
  }

  static std::string body(const std::string& response) {
    return response.substr(response.find("\r\n\r\n") + 4);
  }
  static std::string target_of(const json::Value& url) { return url.get<std::string>().substr(21); }

  const std::string path_ = "/v1/Services/" + std::string(testing::kServiceSid) + "/Media";
  net::test::Loop loop_;
  net::HttpServer server_{loop_.executor(), net::HttpServerOptions{.listen = {.host = "127.0.0.1"}},
                          [this](http::Request request, const std::string&, net::HttpReply reply) {
                            api_->on_request(std::move(request), std::move(reply));
                          }};
  net::ListenAddress address_;
};

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

TEST_F(MediaOverHttp, CarriesAFileBothWays) {
  const std::string bytes = bytes_of(3 << 20);
  const auto sent =
      talk(head("POST", path_ + "?Category=media&Filename=a+b%2B.bin",
                "Content-Type: a/b\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n") +
           bytes);
  ASSERT_THAT(sent, StartsWith("HTTP/1.1 201 Created\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Type: application/json"));
  const json::Value made = json::parse(body(sent)).value();
  EXPECT_EQ(made.at("filename"), "a b+.bin") << "as URLSearchParams writes it";
  const std::string link = target_of(made.at("links").at("content_direct_temporary"));
  ASSERT_THAT(link, StartsWith(path_));
  const auto got = talk("GET " + link + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(got.substr(0, 1000), HasSubstr("Content-Length: " + std::to_string(bytes.size()) + "\r\n"));
  EXPECT_TRUE(body(got) == bytes);
  const auto part = talk("GET " + link +
                         " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=1000000-1000099\r\n\r\n");
  EXPECT_THAT(part, StartsWith("HTTP/1.1 206 Partial Content\r\n"));
  EXPECT_TRUE(body(part) == bytes.substr(1'000'000, 100));
  const auto only_head = talk("HEAD " + link + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(only_head, HasSubstr("Content-Length: " + std::to_string(bytes.size()) + "\r\n"));
  EXPECT_THAT(only_head, EndsWith("\r\n\r\n"));
}

TEST_F(MediaOverHttp, TakesChunkedBodiesAndForms) {
  const auto chunked =
      talk(head("POST", path_, "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n") +
           "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  ASSERT_THAT(chunked, StartsWith("HTTP/1.1 201"));
  EXPECT_EQ(json::parse(body(chunked)).value().at("size"), 11);
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n";
  const auto sent = talk(head("POST", path_,
                              "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: " +
                                  std::to_string(form.size()) + "\r\n") +
                         form);
  ASSERT_THAT(sent, StartsWith("HTTP/1.1 201"));
  EXPECT_EQ(json::parse(body(sent)).value().at("filename"), "a.txt");
}

TEST_F(MediaOverHttp, RefusesBeforeTheBodyIsSent) {
  const auto large = talk(head("POST", path_, "Content-Type: a/b\r\nContent-Length: 999999999\r\n"));
  EXPECT_THAT(large, StartsWith("HTTP/1.1 413"));
  const auto stranger = talk("POST " + path_ + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  EXPECT_THAT(stranger, StartsWith("HTTP/1.1 401"));
  EXPECT_TRUE(files().empty());
}

TEST_F(MediaOverHttp, LeavesNothingOfAClientThatGoesAway) {
  net::test::RawClient client(loop_, address_);
  client.send(head("POST", path_, "Content-Type: a/b\r\nContent-Length: 1000000\r\n") +
              std::string(100'000, 'x'));
  ASSERT_TRUE(run_both_until([&] { return files().size() == 1; }));
  client.close();
  EXPECT_TRUE(run_both_until([&] { return files().empty(); }));
  EXPECT_EQ(api_->counters().uploads, 0u);
}

}  // namespace
}  // namespace parley::chat_service::media::test
