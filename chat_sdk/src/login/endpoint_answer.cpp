#include "chat_sdk/src/login/endpoint_answer.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "chat_sdk/src/login/foreign_text.hpp"
#include "common/base/header_value.hpp"
#include "common/base/trim.hpp"

namespace parley::detail {
namespace {

constexpr std::size_t kMaxTypeBytes = 60;
constexpr std::size_t kMaxUrlBytes = 300;

struct Verdict {
  Errc code;
  const char* words;
};

Verdict verdict(int status) {
  if (status == 401 || status == 403) return {Errc::denied, "refused the caller"};
  if (status == 404 || status == 410) return {Errc::invalid_config, "is not there: check the URL"};
  if (status == 405) return {Errc::invalid_config, "takes no POST: check the URL"};
  if (status == 429) return {Errc::too_many_requests, "asks to wait"};
  if (status == 408 || status == 425 || status / 100 == 5) return {Errc::server_error, "failed"};
  if (status / 100 == 4) return {Errc::denied, "refused the request"};
  return {Errc::protocol_error, "gave an answer that is none"};
}

std::string media_type(const http::Response& response) {
  const std::string_view text = response.content_type;
  return http::to_lower(trim_blanks(text.substr(0, std::min(text.find(';'), text.size()))));
}

std::string type_in_words(const http::Response& response) {
  const auto is_usual = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '.' || c == '+';
  };
  const std::string type = media_type(response);
  if (trim_blanks(response.body).empty()) return "nothing";
  if (type.empty() || type.size() > kMaxTypeBytes || !std::all_of(type.begin(), type.end(), is_usual))
    return "something else";
  return type;
}

// Without the query, as in endpoint_name(). A path alone is one of the same server.
Result<net::Url> place_of(std::string_view location, const net::Url& from) {
  std::string text(location.substr(0, std::min(location.find_first_of("?#"), location.size())));
  if (text.starts_with("//")) text = from.scheme + ":" + text;
  if (text.starts_with('/')) text = from.scheme + "://" + from.authority() + text;
  if (text.size() > kMaxUrlBytes) return Error{.code = Errc::limit_exceeded};
  return net::parse_url(text);
}

// A message goes to logs, and a path may hold a secret as well as a query does.
void keep_redirect(Error& error, const http::Response& response, const EndpointQuestion& question) {
  const auto place = place_of(http::find_header(response.headers, "Location").value_or(""), question.url);
  if (!place) {
    error.message += "redirects to what is no URL: check the URL";
    return;
  }
  const std::string server = place->scheme + "://" + place->authority();
  error.message += "redirects to " + server + ": give the URL there";
  const std::string whole = server + place->target;
  if (!repeats_secret(whole, question.secrets)) error.server_text = loggable_line(whole);
}

int number_of(const json::Value& body) {
  const auto code = body.find("code");
  if (code == body.end() || !code->is_number_integer() || !json::is_int64(*code)) return 0;
  const auto value = code->get<std::int64_t>();
  return value >= 0 && value <= std::numeric_limits<int>::max() ? static_cast<int>(value) : 0;
}

std::string_view words_of(const json::Value& body) {
  for (const char* name : {"message", "error_description", "detail", "error"})
    if (const auto text = body.find(name); text != body.end() && text->is_string())
      return text->get_ref<const std::string&>();
  return {};
}

void keep_words(Error& error, std::string_view words, const EndpointQuestion& question) {
  if (repeats_secret(words, question.secrets)) return;
  error.server_text = one_line(words);
}

// A page of HTML is for browsers: its words are not kept.
void keep_what_it_said(Error& error, const http::Response& response, const EndpointQuestion& question) {
  const std::string type = media_type(response);
  if (const auto body = json::parse_object(response.body, json::kAnswerBounds)) {
    error.server_code = number_of(*body);
    keep_words(error, words_of(*body), question);
  } else if (type.empty() || type == "text/plain") {
    keep_words(error, response.body, question);
  }
}

Error failure(const http::Response& response, const EndpointQuestion& question, WallTime now) {
  const auto [code, words] = verdict(response.status);
  Error error{.code = code, .message = endpoint_name(question.url) + " "};
  error.http_status = response.status;
  if (response.status / 100 == 3) {
    error.code = Errc::invalid_config;
    keep_redirect(error, response, question);
    return error;
  }
  error.message += words;
  error.retry_after = http::retry_after(response.headers, now);
  keep_what_it_said(error, response, question);
  return error;
}

}  // namespace

std::string endpoint_name(const net::Url& url) {
  return "the token endpoint " + url.scheme + "://" + url.authority() +
         url.target.substr(0, std::min(url.target.find('?'), url.target.size()));
}

Result<json::Value> read_answer(const http::Response& response, const EndpointQuestion& question,
                                WallTime now) {
  if (response.status / 100 != 2) return failure(response, question, now);
  auto body = json::parse_object(response.body, json::kAnswerBounds);
  if (body) return body;
  const std::string type = type_in_words(response);
  Error error{.code = Errc::protocol_error, .message = endpoint_name(question.url)};
  error.http_status = response.status;
  error.message += type == "application/json" ? " answered what is no JSON object: " + body.error().message
                                              : " answered " + type + " instead of JSON";
  return error;
}

bool says_invalid_grant(const http::Response& response) {
  if (response.status != 400 && response.status != 401) return false;
  const auto body = json::parse_object(response.body, json::kAnswerBounds);
  if (!body) return false;
  const auto name = body->find("error");
  return name != body->end() && name->is_string() && name->get_ref<const std::string&>() == "invalid_grant";
}

Result<std::string> read_text(const json::Value& answer, const char* member, const net::Url& url) {
  const auto text = answer.find(member);
  if (text != answer.end() && text->is_string() && !text->get_ref<const std::string&>().empty())
    return text->get<std::string>();
  return Error{.code = Errc::protocol_error,
               .message = endpoint_name(url) + " answered without the text \"" + member + "\""};
}

Result<std::string> read_token(const http::Response& response, const EndpointQuestion& question,
                               WallTime now) {
  const auto answer = read_answer(response, question, now);
  if (!answer) return answer.error();
  return read_text(*answer, "token", question.url);
}

}  // namespace parley::detail
