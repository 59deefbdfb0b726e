#pragma once
#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/net/http_body.hpp"
#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {

/// What a test knows about the streamed bodies of one server.
struct BodyLog {
  int sinks = 0;    ///< alive
  int sources = 0;  ///< alive
  std::size_t pieces = 0;
  std::size_t largest = 0;
  std::string bytes{};
  int finished = 0;
  std::function<void(http::Response)> reply{};  ///< of the last that finished, if `holds_reply`
  // What the sinks do:
  bool holds_reply = false;
  std::size_t refuse_after = SIZE_MAX;
  std::size_t throw_after = SIZE_MAX;
  std::function<void()> on_write{};
  std::size_t hold_back_after = SIZE_MAX;  ///< once
  std::function<void()> go_on{};           ///< of a sink that holds back
  // What the answers' sources do:
  std::function<void()> on_read{};
  std::string surplus{};  ///< behind each piece
  bool holds_pieces = false;
  int pieces_asked = 0;                ///< while `holds_pieces`
  std::function<void()> give_piece{};  ///< the last that was asked for
};

inline http::Response text_response(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = std::move(text);
  return response;
}

class LoggingSink final : public BodySink {
 public:
  explicit LoggingSink(BodyLog& log) : log_(log) { ++log_.sinks; }
  ~LoggingSink() override { --log_.sinks; }

  std::optional<http::Response> write(std::string_view bytes) override {
    ++log_.pieces;
    log_.largest = std::max(log_.largest, bytes.size());
    log_.bytes += bytes;
    if (log_.on_write) log_.on_write();
    if (log_.bytes.size() > log_.throw_after) throw std::runtime_error("secret");
    if (log_.bytes.size() > log_.refuse_after) return text_response(415, "not this");
    return std::nullopt;
  }

  bool holds_back(std::function<void()> go_on) override {
    if (log_.bytes.size() < log_.hold_back_after) return false;
    log_.hold_back_after = SIZE_MAX;
    log_.go_on = std::move(go_on);
    return true;
  }

  void finish(std::function<void(http::Response)> reply) override {
    ++log_.finished;
    if (log_.holds_reply)
      log_.reply = std::move(reply);
    else
      reply(text_response(201, "stored " + std::to_string(log_.bytes.size())));
  }

 private:
  BodyLog& log_;
};

/// Bytes that follow from their place, made while they are read.
class PatternSource final : public http::BodySource {
 public:
  /// Fails when it has given `fails_at` bytes.
  PatternSource(BodyLog& log, std::uint64_t size, std::uint64_t fails_at)
      : log_(log), size_(size), fails_at_(fails_at) {
    ++log_.sources;
  }
  ~PatternSource() override { --log_.sources; }

  static std::string make(std::uint64_t from, std::size_t count) {
    std::string bytes(count, '\0');
    for (auto& byte : bytes) byte = static_cast<char>('a' + from++ % 23);
    return bytes;
  }

  std::uint64_t size() const override { return size_; }
  std::size_t read(std::span<char> into) override {
    const auto count = std::min<std::uint64_t>(into.size(), std::min(size_, fails_at_) - at_);
    const auto bytes = make(at_, count);
    std::memcpy(into.data(), bytes.data(), bytes.size());
    at_ += count;
    ++log_.pieces;
    log_.largest = std::max(log_.largest, into.size());
    return count;
  }

 private:
  BodyLog& log_;
  std::uint64_t size_;
  std::uint64_t fails_at_;
  std::uint64_t at_ = 0;
};

/// A PatternSource whose pieces come when the test wants them: at once, or when it says so, from any thread.
class AsyncPatternSource final : public http::AsyncBodySource {
 public:
  AsyncPatternSource(BodyLog& log, std::uint64_t size, std::uint64_t fails_at)
      : log_(log), pattern_(log, size, fails_at) {}

  std::uint64_t size() const override { return pattern_.size(); }
  void read(std::size_t most, std::function<void(std::string)> done) override {
    if (log_.on_read) log_.on_read();
    std::string bytes(most, '\0');
    bytes.resize(pattern_.read(bytes));
    bytes += log_.surplus;
    if (!log_.holds_pieces) return done(std::move(bytes));
    ++log_.pieces_asked;
    log_.give_piece = [done = std::move(done), bytes = std::move(bytes)] { done(bytes); };
  }

 private:
  BodyLog& log_;
  PatternSource pattern_;
};

/// PUT and POST to /stream… go to a LoggingSink, /refused… is refused, everything else is collected; GET
/// answers with an AsyncPatternSource of `size_` bytes.
class BodyFixture : public ServerFixture {
 protected:
  void configure(HttpServer& server) override {
    server.on_body(
        [this](const http::Request& head, const std::string&, std::optional<std::uint64_t> length) {
          lengths_.push_back(length);
          return decide(head);
        });
  }

  BodyDecision decide(const http::Request& head) {
    if (head.path == "/throws") throw std::runtime_error("secret");
    if (head.path.starts_with("/refused")) return text_response(403, "not you");
    if (head.path.starts_with("/stream")) return std::make_unique<LoggingSink>(log_);
    return std::monostate{};
  }

  void on_request(const http::Request& request, const std::string& peer, HttpReply reply) override {
    if (request.method == "POST") return ServerFixture::on_request(request, peer, std::move(reply));
    http::Response response;
    response.status = status_;
    response.content_type = "image/png";
    response.headers = {{"Content-Range", "bytes 0-9/100"}};
    response.source = std::make_shared<AsyncPatternSource>(log_, size_, fails_at_);
    reply(std::move(response));
  }

  /// Runs the server for a while, which nothing but the clock ends.
  void let_pass(std::chrono::milliseconds time) { loop_.context().run_for(time); }

  static std::string upload(std::string_view path, std::string_view body, std::string_view extra = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(extra) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }

  BodyLog log_;
  std::vector<std::optional<std::uint64_t>> lengths_;
  int status_ = 200;
  std::uint64_t size_ = 0;
  std::uint64_t fails_at_ = UINT64_MAX;
};

}  // namespace parley::net::test
