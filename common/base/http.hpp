#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP as values: what a Twilsock packet tunnels and what an HTTP server answers are the same thing.
namespace parley::http {

/// Header or query members in order of arrival. Few per message, so a vector is the whole story.
using Fields = std::vector<std::pair<std::string, std::string>>;

bool equal_ignoring_case(std::string_view a, std::string_view b);

/// First value with that header name (any case), or nothing.
std::optional<std::string_view> find_header(const Fields& headers, std::string_view name);
/// First value with that exact query name, or nothing.
std::optional<std::string_view> find_param(const Fields& params, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string path = "/";  ///< without the query, still percent-encoded
  Fields params{};         ///< the query: names and values decoded, a repeated name repeats
  Fields headers{};
  std::string body{};
  bool is_http_1_0 = false;  ///< as simple proxies speak to what is behind them
};

struct Response {
  int status = 200;
  Fields headers{};
  std::string body{};
  std::string content_type = "application/json";
};

/// "Not Found" for 404; "Unknown" for a number without a name.
std::string_view reason_phrase(int status);

/// "a=1&b=%20" -> decoded pairs. Undecodable members are dropped.
/// `plus_is_space`: the form encoding, which browsers and their libraries use in queries, too; RFC 3986 knows
/// no such rule.
Fields parse_query(std::string_view query, bool plus_is_space = false);
std::string format_query(const Fields& params);

}  // namespace parley::http
