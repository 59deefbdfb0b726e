#include "chat_sdk/src/io/event_log.hpp"

namespace parley::detail {
namespace {

bool needs_a_person(const Error& error) {
  return error.code == Errc::denied || error.code == Errc::invalid_token || error.code == Errc::forbidden;
}

LogLevel level_of(const ConnectionStatus& status) {
  switch (status.state) {
    case ConnectionState::connecting:
      return LogLevel::debug;
    case ConnectionState::connected:
      return LogLevel::info;
    case ConnectionState::waiting:
      return LogLevel::warning;
    case ConnectionState::denied:
      return LogLevel::error;
    case ConnectionState::offline:
      break;
  }
  const bool as_asked = !status.reason || status.reason->code == Errc::client_closed;
  return as_asked ? LogLevel::info : LogLevel::error;
}

void log_status(const Context& context, const ConnectionStatus& status) {
  const LogLevel level = level_of(status);
  context.tell(level, "connection", [&](LogLine& line) {
    line.add("state", to_string(status.state));
    const bool failed = level == LogLevel::warning || level == LogLevel::error;
    if (failed && status.reason) line.add(*status.reason);
    if (failed && status.attempts > 0) line.add("attempts", status.attempts);
    if (status.state == ConnectionState::connected) line.add("number", status.number);
    if (status.retry_in) line.add("retry_ms", Duration(*status.retry_in));
  });
}

}  // namespace

void log_event(const Context& context, const Event& event) {
  const auto write = [&context](LogLevel level, std::string_view name, const Error& error) {
    context.tell(level, name, [&error](LogLine& line) { line.add(error); });
  };
  if (const auto* changed = std::get_if<ConnectionChanged>(&event)) {
    log_status(context, changed->status);
  } else if (std::holds_alternative<TokenRefreshed>(event)) {
    context.tell(LogLevel::info, "login_refreshed", [](LogLine&) {});
  } else if (const auto* no_token = std::get_if<TokenRefreshFailed>(&event)) {
    const bool is_final = needs_a_person(no_token->error);
    write(is_final ? LogLevel::error : LogLevel::warning, "login_failed", no_token->error);
  } else if (const auto* no_cache = std::get_if<CacheFailed>(&event)) {
    write(LogLevel::warning, "cache_failed", no_cache->error);
  }
}

}  // namespace parley::detail
