#include <parley/error.hpp>

namespace parley {
namespace {

struct Row {
  Errc code;
  std::string_view name;
  bool retryable;
};

constexpr Row kRows[] = {
    {Errc::invalid_argument, "invalid_argument", false},
    {Errc::invalid_config, "invalid_config", false},
    {Errc::invalid_token, "invalid_token", false},
    {Errc::token_expired, "token_expired", true},
    {Errc::denied, "denied", false},
    {Errc::protocol_error, "protocol_error", false},
    {Errc::limit_exceeded, "limit_exceeded", false},
    {Errc::unresolved, "unresolved", true},
    {Errc::unreachable, "unreachable", true},
    {Errc::proxy_failed, "proxy_failed", true},
    {Errc::tls_failed, "tls_failed", true},
    {Errc::upgrade_refused, "upgrade_refused", true},
    {Errc::connection_lost, "connection_lost", true},
    {Errc::outcome_unknown, "outcome_unknown", false},
    {Errc::timed_out, "timed_out", true},
    {Errc::cancelled, "cancelled", false},
    {Errc::client_closed, "client_closed", false},
    {Errc::not_found, "not_found", false},
    {Errc::conflict, "conflict", false},
    {Errc::forbidden, "forbidden", false},
    {Errc::too_many_requests, "too_many_requests", true},
    {Errc::server_error, "server_error", true},
    {Errc::storage_error, "storage_error", false},
};

const Row& row(Errc code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view to_string(Errc code) { return row(code).name; }

bool Error::retryable() const { return row(code).retryable; }

std::string Error::to_string() const {
  std::string text{parley::to_string(code)};
  if (!message.empty()) text += ": " + message;
  if (http_status != 0) text += " [http " + std::to_string(http_status) + "]";
  if (server_code != 0) text += " [code " + std::to_string(server_code) + "]";
  if (!server_text.empty()) text += " [server: " + server_text + "]";
  if (!request_id.empty()) text += " [request " + request_id + "]";
  if (retry_after) text += " [retry after " + std::to_string(retry_after->count()) + " ms]";
  return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) { throw Exception(error); }

}  // namespace parley
