#include "chat_service/src/errors.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::chat_service::errors {
namespace {

Error make(Errc code, int status, int number, std::string message) {
  return {.code = code, .message = std::move(message), .http_status = status, .server_code = number};
}

}  // namespace

Error bad_request(std::string message) {
  return make(Errc::invalid_argument, 400, 20001, std::move(message));
}
Error forbidden() { return make(Errc::forbidden, 403, 50107, "User unauthorized for command"); }
Error not_a_participant() {
  return make(Errc::forbidden, 403, 50430, "Participant is not a member of conversation");
}
Error conversation_not_found() { return make(Errc::not_found, 404, 50350, "Conversation not found"); }
Error unique_name_taken() {
  return make(Errc::conflict, 409, 50353, "Conversation with provided unique name already exists");
}
Error participant_not_found() { return make(Errc::not_found, 404, 50432, "Participant not found"); }
Error participant_exists() { return make(Errc::conflict, 409, 50433, "Participant already exists"); }
Error too_many_participants() { return make(Errc::forbidden, 403, 50417, "Participants limit exceeded"); }
Error may_not_add() { return make(Errc::forbidden, 403, 50480, "The caller may not add this user"); }
Error blocked() { return make(Errc::forbidden, 403, 50481, "The other user does not accept this"); }
Error only_for_the_two() {
  return make(Errc::forbidden, 403, 50482, "A conversation of two users is for these two only");
}
Error over_quota(std::uint64_t max_bytes) {
  return make(Errc::limit_exceeded, 413, 50483,
              "All messages of one user may take " + std::to_string(max_bytes) + " bytes");
}
Error no_room() { return make(Errc::storage_error, 507, 20507, "The service has no room for more"); }
Error message_not_found() { return make(Errc::not_found, 404, 50500, "Message not found"); }
Error user_not_found() { return make(Errc::not_found, 404, 50200, "User not found"); }
Error no_channel_metadata() { return make(Errc::not_found, 404, 50530, "Channel metadata not found"); }
Error sync_forbidden() { return make(Errc::forbidden, 403, 54007, "Access forbidden for identity"); }
Error sync_not_found(int code) { return make(Errc::not_found, 404, code, "Not found"); }
Error no_such_route(std::string_view path) {
  return make(Errc::not_found, 404, 20404, "The requested resource " + std::string(path) + " was not found");
}
Error method_not_allowed() { return make(Errc::invalid_argument, 405, 20004, "Method not allowed"); }
Error internal() { return make(Errc::server_error, 500, 20500, "Internal server error"); }

Error busy() {
  Error error = make(Errc::server_error, 503, 20503, "The service is busy, try again");
  error.retry_after = std::chrono::seconds(1);
  return error;
}

Error not_committed(const Error& reason) { return reason.retry_after ? busy() : internal(); }

http::Response to_response(const Error& error) {
  const std::string info = "https://www.twilio.com/docs/errors/" + std::to_string(error.server_code);
  const json::OrderedValue body{{"status", error.http_status},
                                {"code", error.server_code},
                                {"message", error.message},
                                {"more_info", info}};
  http::Response response{.status = error.http_status, .headers = {}, .body = json::dump(body)};
  http::add_retry_after(response, error.retry_after);
  return response;
}

}  // namespace parley::chat_service::errors
