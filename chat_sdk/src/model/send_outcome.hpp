#pragma once
#include <parley/error.hpp>

namespace parley::detail {

/// What an answer to a message, or to one of its files, means that is no success.
enum class SendOutcome {
  not_done,  ///< it was surely not stored, and may be tried again
  unclear,   ///< it may have been stored
  refused,   ///< it was not stored, and trying it again does not help
};

SendOutcome outcome_of(const Error& error);
/// Of a file: one that is too large is so every time.
SendOutcome outcome_of_upload(const Error& error);

/// True if the service has answered, but neither done nor refused it, and is not just busy.
bool is_failing(const Error& error);

}  // namespace parley::detail
