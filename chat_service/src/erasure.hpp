#pragma once
#include <optional>

#include <parley/seams.hpp>

#include "chat_service/src/scope.hpp"

namespace parley::chat_service {

/// Dismisses the members of deleted conversations, if they were too many for one request, and erases the
/// rows: in pieces, each in a transaction that it shares with whatever else is asked for then, with a pause
/// behind it. A million messages go away without holding anybody up.
///
/// What is still to be erased is known to the database alone, so that it goes on after a restart.
class Erasure {
 public:
  /// `rows`: how many a piece has, about.
  explicit Erasure(std::size_t rows) : rows_(rows) {}

  /// When to take the next step; the first one at once, to see what the last run left. Nothing: nothing is to
  /// be erased.
  std::optional<TimePoint> next() const { return next_; }
  /// There may be something, to be erased from then on.
  void wake(TimePoint when);

  /// Erases one piece, of the tenant of that scope, after whoever still takes part was dismissed. Call when
  /// due.
  void step(Scope& scope);
  /// Plans the next step; `kept`: what step() did is in the transaction.
  void finish_step(bool kept, TimePoint now);

 private:
  std::size_t take_piece(Scope& scope, const Conversation& conversation) const;

  std::size_t rows_;
  std::optional<TimePoint> next_ = TimePoint{};
  bool more_ = false;
};

}  // namespace parley::chat_service
