#include "chat_service/src/erasure.hpp"

namespace parley::chat_service {
namespace {

constexpr auto kPause = std::chrono::milliseconds(20);
constexpr auto kPauseAfterFailure = std::chrono::minutes(1);

}  // namespace

void Erasure::wake(TimePoint when) {
  if (!next_) next_ = when;
}

// Small conversations share a piece, so that many of them do not take longer than one that is large.
void Erasure::step(ErasureTable& table) {
  std::size_t erased = 0;
  more_ = true;
  while (erased < rows_) {
    const auto entry = table.next();
    more_ = entry.has_value();
    if (!entry) return;
    const std::size_t rows = table.erase(*entry, rows_);
    if (rows == 0) return;  // it failed
    erased += rows;
  }
}

void Erasure::finish_step(bool kept, TimePoint now) {
  next_.reset();
  if (!kept)
    next_ = now + kPauseAfterFailure;
  else if (more_)
    next_ = now + kPause;
}

}  // namespace parley::chat_service
