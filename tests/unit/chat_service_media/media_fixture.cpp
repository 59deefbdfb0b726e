#include "tests/unit/chat_service_media/media_fixture.hpp"

#include <future>

namespace parley::chat_service::media::test {

std::string read_piece(http::AsyncBodySource& source, std::size_t most) {
  std::promise<std::string> piece;
  source.read(most, [&](std::string bytes) { piece.set_value(std::move(bytes)); });
  return piece.get_future().get();
}

std::string read_all(http::AsyncBodySource& source) {
  std::string text;
  while (text.size() < source.size()) {
    const std::string piece = read_piece(source, 1000);
    if (piece.empty()) break;
    text += piece;
  }
  return text;
}

std::string body_of(const http::Response& response) {
  return response.source ? read_all(*response.source) : response.body;
}

json::Value json_of(const http::Response& response) { return json::parse(response.body).value(); }

std::string header_of(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or("(none)"));
}

MediaTest::MediaTest(MediaOptions options, Throttle throttle)
    : options_(std::move(options)),
      driver_({.database = place_.path(), .throttle = throttle}),
      clock_(driver_) {
  open_api();
}

void MediaTest::open_api() {
  auto api = Api::open({.media = options_, .database = place_.path(), .secret = "secret"},
                       {.core = driver_.core(),
                        .wake =
                            [this] {
                              if (flush_by_itself_) driver_.flush();
                            },
                        .post = [this](std::function<void()> work) { posted_.add(std::move(work)); },
                        .log = [this](const std::string& line) { log_.push_back(line); },
                        .clock = clock_,
                        .free_bytes = [this](const std::string&) { return free_bytes_; }});
  api_ = std::move(api.value());
  run_until([this] { return api_->counters().rounds == 1; });
}

void MediaTest::restart() {
  api_.reset();
  driver_.restart();
  open_api();
}

http::Request MediaTest::make(const std::string& method, std::string_view url, const Ask& ask) {
  http::Request request{.method = method, .params = ask.params, .headers = ask.headers, .body = ask.body};
  const auto path = url.find('/', url.find("://") + 3);
  const auto query = url.find('?');
  request.path = url.substr(path, query == std::string_view::npos ? query : query - path);
  if (query != std::string_view::npos) request.params = http::parse_query(url.substr(query + 1));
  if (!ask.identity.empty()) request.headers.emplace_back("X-Twilio-Token", driver_.token(ask.identity));
  return request;
}

void MediaTest::run_until(const std::function<bool()>& condition) {
  while (!condition()) ASSERT_TRUE(posted_.run_one()) << "nothing happens";
}

http::Response MediaTest::call(const std::string& method, std::string_view url, const Ask& ask) {
  std::optional<http::Response> answer;
  api_->on_request(make(method, url, ask), [&](http::Response response) { answer = std::move(response); });
  run_until([&] { return answer.has_value(); });
  return answer.value_or(http::Response{.status = 0});
}

http::Response MediaTest::send(const http::Request& head, std::string_view body, std::size_t piece) {
  auto decision = api_->on_body(head, body.size());
  if (auto* refusal = std::get_if<http::Response>(&decision)) return *refusal;
  auto& sink = *std::get<std::unique_ptr<net::BodySink>>(decision);
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (auto refusal = sink.write(body.substr(at, piece))) return *refusal;
  std::optional<http::Response> answer;
  sink.finish([&](http::Response response) { answer = std::move(response); });
  run_until([&] { return answer.has_value(); });
  return answer.value_or(http::Response{.status = 0});
}

http::Response MediaTest::upload(const std::string& identity, std::string_view bytes, const std::string& type,
                                 const http::Fields& params) {
  return send(make("POST", media_url(),
                   {.identity = identity, .headers = {{"Content-Type", type}}, .params = params}),
              bytes);
}

json::Value MediaTest::uploaded(const std::string& identity, std::string_view bytes, const std::string& type,
                                const http::Fields& params) {
  const auto response = upload(identity, bytes, type, params);
  EXPECT_EQ(response.status, 201) << response.body;
  return json_of(response);
}

http::Response MediaTest::get_content(const json::Value& medium, const http::Fields& headers) {
  return call("GET", medium.at("links").at("content_direct_temporary").get<std::string>(),
              {.identity = "", .headers = headers});
}

std::string MediaTest::media_url() const {
  return "http://chat.test:4010/v1/Services/" + std::string(testing::kServiceSid) + "/Media";
}

void MediaTest::tidy() {
  const auto before = api_->counters().rounds;
  api_->tidy();
  run_until([&] { return api_->counters().rounds > before; });
}

std::vector<std::filesystem::path> MediaTest::files() const {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(api_->directory()))
    if (entry.is_regular_file() && entry.path().filename() != "lock") found.push_back(entry.path());
  return found;
}

bool MediaTest::soon(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition())
    if (std::chrono::steady_clock::now() > end) return false;
  return true;
}

}  // namespace parley::chat_service::media::test
