#include "chat_sdk/src/model/send_outcome.hpp"

#include "chat_sdk/src/connection/rest_calls.hpp"

namespace parley::detail {

SendOutcome outcome_of(const Error& error) {
  switch (error.code) {
    case Errc::connection_lost:
    case Errc::unresolved:
    case Errc::unreachable:
    case Errc::proxy_failed:
    case Errc::tls_failed:
    case Errc::upgrade_refused:
    case Errc::timed_out:  // it never left
    case Errc::too_many_requests:
    case Errc::token_expired:
    case Errc::invalid_token:
    case Errc::denied:  // the connection's business: it gives up, or has a new token next time
    case Errc::cancelled:
      return SendOutcome::not_done;
    case Errc::outcome_unknown:
    case Errc::server_error:
    case Errc::protocol_error:
      return SendOutcome::unclear;
    case Errc::limit_exceeded:  // of the connection: an answer was too large
      return error.http_status == 0 ? SendOutcome::unclear : SendOutcome::refused;
    default:
      return error.http_status == 408 ? SendOutcome::unclear : SendOutcome::refused;
  }
}

SendOutcome outcome_of_upload(const Error& error) {
  return error.code == Errc::limit_exceeded ? SendOutcome::refused : outcome_of(error);
}

bool is_failing(const Error& error) {
  // The HTTP status is that of a proxy, or of a handshake: the service has not seen the request.
  if (error.code == Errc::proxy_failed || error.code == Errc::upgrade_refused) return false;
  if (error.code == Errc::too_many_requests || is_busy(error.http_status)) return false;
  return error.http_status != 0 || error.code == Errc::protocol_error;
}

}  // namespace parley::detail
