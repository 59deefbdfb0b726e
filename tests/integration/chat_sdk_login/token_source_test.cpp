#include <gmock/gmock.h>

#include <boost/asio/use_future.hpp>
#include <stdexcept>

#include "tests/integration/chat_sdk_login/token_door.hpp"
#include "tests/support/service_fixture.hpp"

namespace parley::support {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

std::string http(const std::string& status_line, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status_line + "\r\n" + headers + "\r\n" + body;
}

/// A client of a real service, whose token endpoint says what the test wants.
class TokenSourceTest : public parley::testing::ServiceTest {
 protected:
  TokenEndpoint endpoint() const { return {.url = door_.url() + "/v1/token?key=hidden", .user = "alice"}; }
  std::string name() const { return "the token endpoint " + door_.url() + "/v1/token"; }
  void give_token() {
    door_.answer_next(
        http("200 OK", "Content-Type: application/json\r\n", R"({"token":")" + token_for("alice") + R"("})"));
  }
  Result<void> connect(TokenSource source, Duration patience = seconds(20)) {
    auto options = options_for("alice");
    options.tokens = std::move(source);
    options.timeouts.connect = patience;
    Client client(runtime_, std::move(options));
    return client.async_connect(use_future).get();
  }
  Error error_of(TokenSource source, Duration patience = seconds(20)) {
    const auto connected = connect(std::move(source), patience);
    return connected ? Error{.message = "connected"} : connected.error();
  }

  TokenDoor door_;
  Runtime runtime_;
};

TEST_F(TokenSourceTest, TellsWhatTheEndpointRefuses) {
  door_.answer_next(http("400 Bad Request", "Content-Type: application/json\r\n",
                         R"({"code":20001,"message":"identity: expected another"})"));
  const Error refused = error_of(token_endpoint(endpoint()));
  EXPECT_EQ(refused.code, Errc::denied);
  EXPECT_EQ(refused.message, name() + " refused the request");
  EXPECT_EQ(refused.server_code, 20001);
  EXPECT_EQ(refused.server_text, "identity: expected another");

  door_.answer_next(http("401 Unauthorized", "Content-Type: text/plain\r\n", "who are you?"));
  const Error stranger = error_of(token_endpoint(endpoint()));
  EXPECT_EQ(stranger.code, Errc::denied);
  EXPECT_EQ(stranger.server_text, "who are you?");
  EXPECT_THAT(stranger.to_string(), Not(HasSubstr("hidden")));
  EXPECT_EQ(door_.requests().size(), 2u) << "a refusal is final";
}

TEST_F(TokenSourceTest, TellsWhereTheEndpointHasGone) {
  door_.answer_next(http("307 Temporary Redirect", "Location: https://new.example/v1/token?key=1\r\n", ""));
  const Error moved = error_of(token_endpoint(endpoint()));
  EXPECT_EQ(moved.code, Errc::invalid_config);
  EXPECT_EQ(moved.message, name() + " redirects to https://new.example: give the URL there");
  EXPECT_EQ(moved.server_text, "https://new.example/v1/token");

  door_.answer_next(http("404 Not Found", "", ""));
  EXPECT_EQ(error_of(token_endpoint(endpoint())).message, name() + " is not there: check the URL");
  EXPECT_EQ(door_.requests().size(), 2u) << "a wrong URL stays wrong";
}

TEST_F(TokenSourceTest, TellsAPageInsteadOfATokenAndTriesAgain) {
  door_.answer_next(http("200 OK", "Content-Type: text/html; charset=utf-8\r\n", "<html>log in</html>"));
  give_token();
  std::vector<std::string> reasons;
  auto options = options_for("alice");
  options.tokens = token_endpoint(endpoint());
  Client client(runtime_, std::move(options));
  const auto events = client.on_event([&reasons](const Event& event) {
    if (const auto* failed = std::get_if<TokenRefreshFailed>(&event))
      reasons.push_back(failed->error.message);
  });
  ASSERT_TRUE(client.async_connect(use_future).get());
  client.async_close(use_future).get().value();
  EXPECT_THAT(reasons, ::testing::ElementsAre(name() + " answered text/html instead of JSON"));
}

TEST_F(TokenSourceTest, NamesTheMemberThatIsMissing) {
  for (int tries = 0; tries < 10; ++tries)
    door_.answer_next(http("200 OK", "Content-Type: application/json\r\n", R"({"access_token":"x"})"));
  EXPECT_THAT(error_of(token_endpoint(endpoint()), milliseconds(2000)).message,
              HasSubstr(name() + " answered without the text \"token\""));
}

TEST_F(TokenSourceTest, WaitsAsLongAsTheEndpointAsks) {
  door_.answer_next(http("429 Too Many Requests", "Retry-After: 2\r\n", ""));
  door_.answer_next(
      http("503 Service Unavailable",
           "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:39 GMT\r\n", ""));
  give_token();
  const auto connected = connect(token_endpoint(endpoint()));
  ASSERT_TRUE(connected) << connected.error().to_string();
  const auto requests = door_.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_GE(requests[1].at - requests[0].at, seconds(2));
  EXPECT_GE(requests[2].at - requests[1].at, seconds(2));
}

TEST_F(TokenSourceTest, SendsHeadersThatAreMadeForEachRequest) {
  int made = 0;
  auto with_cookie = endpoint();
  with_cookie.headers = {{"X-App", "tests"}};
  with_cookie.make_headers = [&made]() -> std::vector<std::pair<std::string, std::string>> {
    return {{"Cookie", "visit=" + std::to_string(++made)}};
  };
  door_.answer_next(http("503 Service Unavailable", "", ""));
  give_token();
  ASSERT_TRUE(connect(token_endpoint(with_cookie)));
  const auto requests = door_.requests();
  EXPECT_THAT(requests[0].head, HasSubstr("X-App: tests\r\nCookie: visit=1\r\n"));
  EXPECT_THAT(requests[1].head, HasSubstr("X-App: tests\r\nCookie: visit=2\r\n"));
  EXPECT_EQ(requests[1].body, R"({"user":"alice"})");

  with_cookie.make_headers = []() -> std::vector<std::pair<std::string, std::string>> { throw 7; };
  EXPECT_THAT(error_of(token_endpoint(with_cookie), milliseconds(1000)).message,
              HasSubstr("token_endpoint: make_headers threw: an exception that is no std::exception"));
}

TEST_F(TokenSourceTest, RefusesAUrlThatIsNone) {
  const Error error = error_of(token_endpoint({.url = "id.example/token", .user = "alice"}));
  EXPECT_EQ(error.code, Errc::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("token_endpoint: url: "));
  EXPECT_EQ(error_of(token_endpoint({.url = "ws://id.example/", .user = "alice"})).message,
            "token_endpoint: url: expected http or https");
  EXPECT_EQ(error_of({}).message, "options.tokens: expected a token source, got none");
}

TEST_F(TokenSourceTest, NamesASourceThatThrows) {
  const TokenSource throws = [](const auto&, const TokenReply&) {
    throw std::runtime_error("no key in the keyring");
  };
  EXPECT_THAT(error_of(throws, milliseconds(1000)).message,
              HasSubstr("the token source threw: no key in the keyring"));
  const TokenSource throws_number = [](const auto&, const TokenReply&) { throw 7; };
  EXPECT_THAT(error_of(throws_number, milliseconds(1000)).message,
              HasSubstr("the token source threw: an exception that is no std::exception"));
}

TEST_F(TokenSourceTest, NamesASourceThatHangs) {
  const Error error = error_of([](const auto&, const TokenReply&) {}, milliseconds(1000));
  EXPECT_EQ(error.code, Errc::timed_out);
  EXPECT_THAT(error.message, HasSubstr("the token source did not answer"));
}

TEST_F(TokenSourceTest, TakesOneAnswerOfASourceThatGivesTwo) {
  const auto token = token_for("alice");
  auto options = options_for("alice");
  options.tokens = [token](const auto&, const TokenReply& reply) {
    reply(token);
    reply(Error{.code = Errc::denied, .message = "no"});
    reply(std::string("no token"));
    throw std::runtime_error("and then it throws");
  };
  Client client(runtime_, std::move(options));
  const auto connected = client.async_connect(use_future).get();
  ASSERT_TRUE(connected) << connected.error().to_string();
  EXPECT_TRUE(client.async_create_group_channel({"still here"}, use_future).get());
  EXPECT_EQ(client.status().state, ConnectionState::connected);
}

}  // namespace
}  // namespace parley::support
