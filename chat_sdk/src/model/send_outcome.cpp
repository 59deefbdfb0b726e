#include "chat_sdk/src/model/send_outcome.hpp"

#include "chat_sdk/src/connection/rest_calls.hpp"

namespace parley::detail {

SendOutcome outcome_of(const Error& error) {
  switch (error.code) {
    case Errc::connection_lost:
    case Errc::unreachable:
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

bool is_failing(const Error& error) {
  if (error.code == Errc::too_many_requests || is_busy(error.http_status)) return false;
  return error.http_status != 0 || error.code == Errc::protocol_error;
}

}  // namespace parley::detail
