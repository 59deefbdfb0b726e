#pragma once
#include <span>
#include <string_view>

#include <parley/error.hpp>

namespace parley::chat_service {

/// Why a connection ended, as one of few constant words for logs and metrics: "token_expired",
/// "client_closed", "connection_lost". `reason` is that of the core (see Close) or of the stream.
std::string_view end_reason(const Error& reason);

/// True if the service refused what a client showed or asked to come in or to stay: its token, or one more
/// connection.
bool is_refusal(const Error& reason);

/// All words of refusals, for counters that begin at 0.
std::span<const std::string_view> refusal_reasons();

}  // namespace parley::chat_service
