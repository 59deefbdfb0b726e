#include "token_server/http/request_fields.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/base/multipart.hpp"
#include "common/base/text_rules.hpp"
#include "common/base/utf8.hpp"
#include "common/protocol/token/identity.hpp"

namespace parley::token_server {
namespace {

Error refuse(int status, std::string message, int server_code = 0) {
  return {.code = Errc::invalid_argument,
          .message = std::move(message),
          .http_status = status,
          .server_code = server_code};
}

// "application/json; charset=utf-8" -> "application/json"
std::string_view media_type(const http::Request& request) {
  auto type = http::find_header(request.headers, "Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return type;
}

Result<json::Value> from_fields(const http::Fields& fields) {
  if (fields.size() > limits::kHttpParams)
    return refuse(400, "body: expected at most " + std::to_string(limits::kHttpParams) + " members");
  json::Value object = json::Value::object();
  for (const auto& [name, value] : fields) {
    if (!is_valid_utf8(name) || !is_valid_utf8(value)) return refuse(400, "body: expected UTF-8");
    if (object.contains(name)) return refuse(400, "body: expected no member twice");
    object[name] = value;
  }
  return {boost::system::in_place_value, std::move(object)};
}

Result<json::Value> from_form(std::string_view body) {
  if (!percent_decode(body)) return refuse(400, "body: expected a form with well-formed percent-encoding");
  return from_fields(http::parse_query(body, /*plus_is_space=*/true));
}

/// The fields of a form, without its files.
class FieldCollector final : public http::PartHandler {
 public:
  Result<void> on_part(const http::Part& part) override {
    is_field_ = !part.filename && !part.name.empty();
    if (is_field_) fields_.emplace_back(part.name, "");
    return {};
  }
  Result<void> on_data(std::string_view bytes) override {
    if (is_field_) fields_.back().second += bytes;
    return {};
  }
  const http::Fields& fields() const { return fields_; }

 private:
  bool is_field_ = false;
  http::Fields fields_;
};

Result<json::Value> from_multipart(const http::Request& request) {
  const auto type = http::find_header(request.headers, "Content-Type").value_or("");
  const auto boundary = http::MultipartReader::boundary_of(type);
  if (!boundary) return boundary.error();
  http::MultipartReader reader(*boundary);
  FieldCollector collector;
  if (auto fed = reader.feed(request.body, collector); !fed) return fed.error();
  if (!reader.complete()) return refuse(400, "body: expected a form with its closing boundary");
  return from_fields(collector.fields());
}

Result<json::Value> from_json(std::string_view body) {
  auto object = json::parse_unique_object(body);
  if (!object) return refuse(400, "body: expected one JSON object that names no member twice");
  return object;
}

Result<json::Value> read_members(const http::Request& request) {
  if (request.body.empty()) return {boost::system::in_place_value, json::Value::object()};
  const auto type = media_type(request);
  if (http::equal_ignoring_case(type, "application/json")) return from_json(request.body);
  if (http::equal_ignoring_case(type, "application/x-www-form-urlencoded")) return from_form(request.body);
  if (http::equal_ignoring_case(type, "multipart/form-data")) return from_multipart(request);
  return refuse(415,
                "Content-Type: expected application/json, application/x-www-form-urlencoded or "
                "multipart/form-data");
}

/// Reads members one by one and keeps the first failure.
class Members {
 public:
  explicit Members(const json::Value& object) : object_(object) {}

  std::string text(const char* name) {
    const auto member = object_.find(name);
    if (member == object_.end() || member->is_null()) return {};
    if (member->is_string()) return member->get<std::string>();
    fail(refuse(400, std::string(name) + ": expected a string"));
    return {};
  }

  std::string needed_text(const char* name) {
    auto value = text(name);
    if (value.empty()) fail(refuse(400, std::string(name) + ": expected a string that is not empty"));
    return value;
  }

  /// Two names of one thing.
  std::string identity() {
    auto user = text("user");
    auto identity = text("identity");
    if (user.empty()) return identity;
    if (!identity.empty() && identity != user)
      fail(refuse(400, "body: expected user and identity to be the same"));
    return user;
  }

  std::optional<std::chrono::seconds> seconds(const char* name) {
    const auto member = object_.find(name);
    if (member == object_.end() || member->is_null()) return std::nullopt;
    if (member->is_number_integer() && json::is_int64(*member))
      return std::chrono::seconds(member->get<std::int64_t>());
    if (member->is_string())
      if (const auto number = whole_number(member->get_ref<const std::string&>())) return number;
    fail(refuse(400, std::string(name) + ": expected a whole number of seconds"));
    return std::nullopt;
  }

  void fail(Error error) {
    if (!failure_) failure_ = std::move(error);
  }
  const std::optional<Error>& failure() const { return failure_; }

 private:
  static std::optional<std::chrono::seconds> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return std::chrono::seconds(number);
  }

  const json::Value& object_;
  std::optional<Error> failure_;
};

Result<void> check(const TokenWish& wish) {
  if (!wish.identity.empty())
    if (auto checked = token::check_identity(wish.identity); !checked)
      return refuse(400, checked.error().message, checked.error().server_code);
  if (wish.endpoint_id.size() > limits::kEndpointIdBytes || !is_clean(wish.endpoint_id, TextKind::identifier))
    return refuse(400, "endpoint_id: expected at most 256 bytes, " + std::string(kCleanIdentifier));
  return {};
}

Result<Credentials> credentials_of(const json::Value& object) {
  Members members(object);
  Credentials out{.user = members.identity(),
                  .password = members.needed_text("password"),
                  .account = members.text("account")};
  if (out.user.empty()) members.fail(refuse(400, "user: expected a string that is not empty"));
  if (members.failure()) return *members.failure();
  return out;
}

}  // namespace

Result<TokenWish> read_token_wish(const http::Request& request) {
  auto object = read_members(request);
  if (!object) return object.error();
  Members members(*object);
  TokenWish wish{.identity = members.identity(),
                 .ttl = members.seconds("ttl"),
                 .account = members.text("account"),
                 .endpoint_id = members.text("endpoint_id")};
  if (members.failure()) return *members.failure();
  if (auto checked = check(wish); !checked) return checked.error();
  return {boost::system::in_place_value, std::move(wish)};
}

Result<Credentials> read_credentials(const http::Request& request) {
  auto object = read_members(request);
  if (!object) return object.error();
  return credentials_of(*object);
}

Result<Credentials> read_query_credentials(const http::Request& request) {
  auto object = from_fields(request.params);
  if (!object) return object.error();
  return credentials_of(*object);
}

Result<std::string> read_refresh_token(const http::Request& request) {
  auto object = read_members(request);
  if (!object) return object.error();
  Members members(*object);
  auto token = members.text("refresh_token");
  if (token.empty()) token = members.text("token");
  if (token.empty()) members.fail(refuse(400, "refresh_token: expected a string that is not empty"));
  if (members.failure()) return *members.failure();
  return {boost::system::in_place_value, std::move(token)};
}

}  // namespace parley::token_server
