#pragma once
#include <parley/error.hpp>

namespace parley::detail {

/// Does trying again later help? Nobody but the caller notices a transfer that failed half-way, so a lost
/// answer is no question.
inline bool may_pass(const Error& error) { return error.retryable() || error.code == Errc::outcome_unknown; }

/// The same failure for the caller, who may simply try again.
inline Error nothing_happened(Error error) {
  if (error.code == Errc::outcome_unknown) error.code = Errc::connection_lost;
  return error;
}

}  // namespace parley::detail
