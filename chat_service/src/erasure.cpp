#include "chat_service/src/erasure.hpp"

#include <algorithm>

#include "chat_service/src/domain/conversations.hpp"

namespace parley::chat_service {
namespace {

constexpr std::size_t kRowsOfMember = 4;  // about, with what it is told
constexpr auto kPause = std::chrono::milliseconds(20);
constexpr auto kPauseAfterFailure = std::chrono::minutes(1);

}  // namespace

void Erasure::wake(TimePoint when) {
  if (!next_) next_ = when;
}

// Small conversations share a piece, so that many of them do not take longer than one that is large.
void Erasure::step(Scope& scope) {
  std::size_t erased = 0;
  more_ = true;
  while (erased < rows_) {
    const auto entry = scope.tables.erasures.next();
    more_ = entry.has_value();
    if (!entry || (erased > 0 && entry->service_sid != scope.service_sid())) return;
    const std::size_t rows = take_piece(scope, entry->conversation);
    if (rows == 0) return;  // it failed
    erased += rows;
  }
}

std::size_t Erasure::take_piece(Scope& scope, const Conversation& conversation) const {
  if (!conversations::has_anybody(scope, conversation))
    return scope.tables.erasures.erase(conversation, rows_);
  const std::size_t people = std::max<std::size_t>(rows_ / kRowsOfMember, 1);
  return conversations::dismiss(scope, conversation, people) * kRowsOfMember;
}

void Erasure::finish_step(bool kept, TimePoint now) {
  next_.reset();
  if (!kept)
    next_ = now + kPauseAfterFailure;
  else if (more_)
    next_ = now + kPause;
}

}  // namespace parley::chat_service
