#include "chat_service/src/media/refusal.hpp"

#include "chat_service/src/errors.hpp"

namespace parley::chat_service::media {
namespace {

Errc code_of(int status) {
  switch (status) {
    case 401:
      return Errc::invalid_token;
    case 403:
      return Errc::forbidden;
    case 413:
      return Errc::limit_exceeded;
    case 429:
      return Errc::too_many_requests;
    default:
      return Errc::invalid_argument;
  }
}

}  // namespace

Error refused(int status, std::string message) {
  return {.code = code_of(status), .message = std::move(message), .http_status = status};
}

http::Response refusal(Error error) {
  if (error.http_status == 0) error.http_status = 500;
  if (error.code == Errc::storage_error)
    error.message =
        error.http_status == 507 ? "The service has no room for this file" : "The file could not be stored";
  if (error.server_code == 0)
    error.server_code = error.http_status == 400 ? 20001 : 20000 + error.http_status;
  return errors::to_response(error);
}

}  // namespace parley::chat_service::media
