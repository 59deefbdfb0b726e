#include "chat_service/src/media/refusal.hpp"

#include "chat_service/src/errors.hpp"

namespace parley::chat_service::media {

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
