#include "chat_service/src/shell/http_front.hpp"

#include "chat_service/src/errors.hpp"

namespace parley::chat_service {

http::Response answer_http(const http::Request& request) {
  if (request.path == "/healthz") {
    if (request.method != "GET") return errors::to_response(errors::method_not_allowed());
    return {.status = 200, .headers = {}, .body = R"({"status":"ok"})"};
  }
  if (request.path.starts_with("/v1/Services/"))
    return errors::to_response(errors::not_available("Media are not available on this service"));
  return errors::to_response(errors::no_such_route(request.path));
}

}  // namespace parley::chat_service
