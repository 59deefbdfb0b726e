#include "common/net/src/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>

#include "common/base/limits.hpp"

namespace parley::net {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t kUsualHeaders = 8;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

int status_for(const boost::beast::error_code& error) {
  if (error == beast_http::error::header_limit) return 431;
  if (error == beast_http::error::body_limit) return 413;
  if (error == beast_http::error::bad_version) return 505;
  return 400;
}

/// A header value that goes on in the next line, behind a blank (obs-fold of RFC 9112, 5.2).
bool has_folded_line(std::string_view header) {
  for (auto end = header.find('\n'); end != std::string_view::npos; end = header.find('\n', end + 1))
    if (end + 1 < header.size() && (header[end + 1] == ' ' || header[end + 1] == '\t')) return true;
  return false;
}

/// "http://host/path" -> "/path": proxies' form of a target, which servers must understand.
std::string_view without_origin(std::string_view target) {
  const auto start = target.find("://");
  if (target.empty() || target[0] == '/' || start == std::string_view::npos) return target;
  const auto path = target.find_first_of("/?", start + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

HttpParser::HttpParser(HttpLimits limits) : limits_(limits), stops_at_body_(limits.stops_at_body) {
  eager(false);  // put() then ends where the header does
  header_limit(static_cast<std::uint32_t>(limits.header_bytes + 1));
  if (stops_at_body_)
    body_limit(boost::none);
  else
    body_limit(limits.body_bytes);
}

std::optional<std::uint64_t> HttpParser::body_length() const {
  const auto length = content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

void HttpParser::collect_body() {
  stops_at_body_ = false;
  body_limit(limits_.body_bytes);
  if (body_length() > limits_.body_bytes) refused_ = 413;
}

void HttpParser::stream_body() {
  stops_at_body_ = false;
  streams_body_ = true;
}

std::size_t HttpParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (!is_header_done()) used = feed_header(bytes);
  if (is_header_done() && !is_done() && !refused_ && !stops_at_body_) {
    eager(true);
    used += put_some(bytes.substr(used));
  }
  return used;
}

/// Shows Beast no more than the limit allows: its own limit is per piece, not per header.
std::size_t HttpParser::feed_header(std::string_view bytes) {
  const auto allowed = limits_.header_bytes - header_bytes_;
  const auto used = put_some(bytes.substr(0, allowed));
  // Beast joins such lines and takes a field with all its lines at once. A proxy in front may read them as
  // two fields, so that the two see different requests.
  if (!refused_ && has_folded_line(bytes.substr(0, used))) refused_ = 400;
  if (is_header_done()) return used;
  header_bytes_ += used;
  if (!refused_ && bytes.size() >= allowed) refused_ = 431;
  return used;
}

std::size_t HttpParser::put_some(std::string_view bytes) {
  boost::beast::error_code error;
  const auto used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != beast_http::error::need_more && !refused_) refused_ = status_for(error);
  return used;
}

void HttpParser::on_request_impl(Verb verb, Text method, Text target, int version, BeastError& error) {
  request_.headers.reserve(kUsualHeaders);
  version_ = version;
  is_head_ = verb == Verb::head;
  request_.method = view(method);
  request_.is_http_1_0 = version == 10;
  if (!set_target(without_origin(view(target)))) refuse(400, error);
}

bool HttpParser::set_target(std::string_view target) {
  const auto question = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, question);
  if (question < target.size())
    request_.params = http::parse_query(target.substr(question + 1), /*plus_is_space=*/true);
  if (request_.path.empty()) request_.path = "/";
  if (request_.params.size() > limits::kHttpParams) return false;
  return request_.path[0] == '/' || (request_.path == "*" && request_.method == "OPTIONS");
}

void HttpParser::on_field_impl(Field name, Text text, Text value, BeastError& error) {
  if (is_header_done()) return;  // a trailer of a chunked body: nothing we know may travel there
  if (request_.headers.size() >= limits::kHttpFields) return refuse(431, error);
  if (name == Field::host) ++hosts_;
  if (name == Field::transfer_encoding) {
    // Another coding below "chunked" would be given to the handler undecoded.
    if (has_transfer_encoding_ || !http::equal_ignoring_case(view(value), "chunked"))
      return refuse(400, error);
    has_transfer_encoding_ = true;
  }
  if (name == Field::expect) {
    expects_continue_ = http::equal_ignoring_case(view(value), "100-continue");
    if (!expects_continue_) refuse(417, error);
  }
  request_.headers.emplace_back(view(text), view(value));
}

void HttpParser::on_header_impl(BeastError& error) {
  // What RFC 9112 3.2 and 6.1 demand; anything laxer lets two servers in a row see different requests.
  const bool bad_host = hosts_ > 1 || (hosts_ == 0 && version_ == 11);
  const bool bad_coding = has_transfer_encoding_ && (!chunked() || version_ == 10);
  if (bad_host || bad_coding) refuse(400, error);
}

void HttpParser::refuse(int status, BeastError& error) {
  if (!refused_) refused_ = status;
  error = beast_http::error::bad_value;
}

void HttpParser::on_body_init_impl(const Length& length, BeastError&) {
  if (length && !streams_body_) request_.body.reserve(*length);
}

std::size_t HttpParser::on_body_impl(Text bytes, BeastError&) {
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t HttpParser::on_chunk_body_impl(std::uint64_t, Text bytes, BeastError&) {
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace parley::net
