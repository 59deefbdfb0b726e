#include "chat_sdk/src/login/endpoint_call.hpp"

#include <utility>

#include "chat_sdk/src/login/foreign_text.hpp"
#include "common/base/header_value.hpp"

namespace parley::detail {
namespace {

// Values of these stand in many texts, and are nobody's secret.
bool is_public(std::string_view name) {
  const std::string lower = http::to_lower(name);
  return lower.starts_with("accept") || lower.starts_with("content-") || lower == "user-agent" ||
         lower == "origin" || lower == "referer";
}

}  // namespace

Result<net::Url> parse_endpoint_url(const std::string& text, const std::string& option) {
  auto url = net::parse_url(text);
  if (!url) return Error{.code = Errc::invalid_argument, .message = option + ": " + url.error().message};
  if (url->scheme != "http" && url->scheme != "https")
    return Error{.code = Errc::invalid_argument, .message = option + ": expected http or https"};
  return url;
}

Result<http::Fields> collect_headers(const http::Fields& fixed, const HeaderSource& make,
                                     const std::string& option) {
  http::Fields headers = fixed;
  if (!make) return headers;
  try {
    for (auto& header : make()) headers.push_back(std::move(header));
    return headers;
  } catch (...) {
    return Error{.code = Errc::unreachable, .message = option + " threw: " + text_of_current_exception()};
  }
}

void add_secrets(const http::Fields& headers, std::vector<std::string>& secrets) {
  for (const auto& [name, value] : headers) {
    if (is_public(name)) continue;
    secrets.push_back(value);
    if (const auto blank = value.find(' '); blank != value.npos) secrets.push_back(value.substr(blank + 1));
  }
}

Result<std::unique_ptr<net::PendingCall>> post_json(const boost::asio::any_io_executor& io, const Ways& ways,
                                                    EndpointCall call, net::HttpCompletion done) {
  net::HttpCall http{.url = call.question.url, .method = "POST", .headers = std::move(call.headers)};
  http.headers.emplace_back("Content-Type", "application/json");
  http.body = std::move(call.body);
  http.timeout = call.timeout;
  const auto named = [name = endpoint_name(call.question.url)](Error error) {
    error.message.insert(0, name + ": ");
    return error;
  };
  if (const auto ready = ways.prepare(http); !ready) return named(ready.error());
  return net::http_call(io, std::move(http), [named, done = std::move(done)](auto response) {
    response ? done(std::move(response)) : done(named(response.error()));
  });
}

}  // namespace parley::detail
