#include <nlohmann/json.hpp>

#include "common/base/header_value.hpp"
#include "common/base/json.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::conversations {
namespace {

using json::OrderedValue;
using json::Reader;

Errc code_for(int status) {
  if (status == 401) return Errc::denied;
  if (status == 403) return Errc::forbidden;
  if (status == 404) return Errc::not_found;
  if (status == 409) return Errc::conflict;
  if (status == 413) return Errc::limit_exceeded;
  if (status == 429) return Errc::too_many_requests;
  return status >= 500 ? Errc::server_error : Errc::invalid_argument;
}

std::string_view words_for(Errc code) {
  switch (code) {
    case Errc::denied:
      return "the service did not accept the caller";
    case Errc::forbidden:
      return "the service does not allow it";
    case Errc::not_found:
      return "the service knows no such thing";
    case Errc::conflict:
      return "the service has one already";
    case Errc::limit_exceeded:
      return "the service takes nothing so large";
    case Errc::too_many_requests:
      return "the service asks to slow down";
    case Errc::server_error:
      return "the service failed";
    default:
      return "the service refused the request";
  }
}

}  // namespace

Error to_error(const http::Response& response) {
  Error error{.code = code_for(response.status), .http_status = response.status};
  error.message = words_for(error.code);
  if (const auto id = http::find_header(response.headers, "twilio-request-id")) error.request_id = *id;
  error.retry_after = http::retry_after(response.headers);
  const auto body = json::parse_object(response.body, json::kAnswerBounds);
  if (!body) return error;
  Reader reader(*body, "error");
  error.server_code = static_cast<int>(reader.optional_integer("code").value_or(0));
  error.server_text = reader.optional_string("message").value_or("");
  return error;
}

std::string resource_url(const http::Response& response) {
  if (response.status != 202) return "";
  const auto body = json::parse_object(response.body, json::kAnswerBounds);
  if (!body) return "";
  Reader reader(*body, "");
  return reader.optional_string("resource_url").value_or("");
}

std::string encode_conversation_change(const ConversationChange& change) {
  OrderedValue object = OrderedValue::object();
  if (change.friendly_name) object["friendly_name"] = *change.friendly_name;
  if (change.unique_name) object["unique_name"] = *change.unique_name;
  if (change.attributes) object["attributes"] = *change.attributes;
  if (change.is_public) object["type"] = "public";
  return json::dump(object);
}

std::string encode_participant(std::string_view identity) { return json::dump({{"identity", identity}}); }

std::string encode_new_message(std::string_view body, std::string_view attributes,
                               const std::vector<std::string>& media_sids) {
  OrderedValue message{{"body", body}, {"attributes", attributes}};
  if (!media_sids.empty()) message["media_sids"] = media_sids;
  return json::dump(message);
}

std::string encode_medium_set(const std::vector<std::string>& media_sids) {
  OrderedValue list = OrderedValue::array();
  for (const auto& sid : media_sids) list.push_back({{"media_sid", sid}});
  return json::dump({{"command", "get"}, {"list", list}});
}

std::string encode_read_horizon(std::optional<std::int64_t> index) {
  return json::dump({{"last_read_message_index", index ? OrderedValue(*index) : OrderedValue()}});
}

}  // namespace parley::conversations
