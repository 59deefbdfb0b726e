#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/http.hpp"
#include "common/net/src/free_memory.hpp"

namespace parley::net {

struct HttpLimits {
  std::size_t header_bytes;
  std::size_t body_bytes;
  bool stops_at_body = false;  ///< until the owner has said what becomes of it
};

/// Reads one request, straight into an http::Request: no second copy of its fields is made.
class HttpParser final : private boost::beast::http::basic_parser<true> {
 public:
  explicit HttpParser(HttpLimits limits);

  /// Takes what it can use of `bytes` and returns how much that was. The rest is to be given again, with
  /// more behind it. Nothing more may be fed after done() or refused().
  std::size_t feed(std::string_view bytes);

  /// The header is here, a body follows, and feed() takes nothing until one of the two below is called.
  bool stopped_at_body() const { return stops_at_body_ && is_header_done() && !is_done(); }
  /// The body becomes part of the request, within `body_bytes`; may refuse.
  void collect_body();
  /// The body is taken piece by piece, see below, after each feed().
  void stream_body();
  /// What the header says of the body's length; nothing if it is chunked.
  std::optional<std::uint64_t> body_length() const;

  bool header_done() const { return is_header_done(); }
  bool done() const { return is_done(); }
  /// The status with which this request must be refused: 400, 413, 417, 431 or 505.
  std::optional<int> refused() const { return refused_; }

  const http::Request& request() const { return request_; }
  /// Once, when done(); request() is empty afterwards.
  http::Request take_request() { return std::move(request_); }
  /// The piece of the body that has come with the last feed(). Valid until the next.
  std::string_view piece() const { return request_.body; }
  void drop_piece() { request_.body.clear(); }
  /// The rest of the body must not be fed.
  void drop_body() { free_memory(request_.body); }
  bool is_head() const { return is_head_; }
  bool keeps_alive() const { return keep_alive(); }
  bool asks_for_upgrade() const { return upgrade(); }
  bool is_http_1_0() const { return version_ == 10; }
  /// The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const { return expects_continue_; }

 private:
  using BeastError = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;
  using Length = boost::optional<std::uint64_t>;

  void on_request_impl(Verb, Text method, Text target, int version, BeastError&) override;
  void on_response_impl(int, Text, int, BeastError&) override {}
  void on_field_impl(Field name, Text text, Text value, BeastError&) override;
  void on_header_impl(BeastError&) override;
  void on_body_init_impl(const Length& length, BeastError&) override;
  std::size_t on_body_impl(Text bytes, BeastError&) override;
  void on_chunk_header_impl(std::uint64_t, Text, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text bytes, BeastError&) override;
  void on_finish_impl(BeastError&) override {}

  bool set_target(std::string_view target);
  void refuse(int status, BeastError& error);
  std::size_t feed_header(std::string_view bytes);
  std::size_t put_some(std::string_view bytes);

  HttpLimits limits_;
  http::Request request_;
  std::optional<int> refused_;
  std::size_t header_bytes_ = 0;  // taken so far
  int version_ = 11;
  int hosts_ = 0;
  bool is_head_ = false;
  bool has_transfer_encoding_ = false;
  bool stops_at_body_ = false;
  bool streams_body_ = false;
  bool expects_continue_ = false;
};

}  // namespace parley::net
