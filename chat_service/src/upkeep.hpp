#pragma once
#include <optional>
#include <vector>

#include "chat_service/src/scope.hpp"
#include "chat_service/src/tenants.hpp"

namespace parley::chat_service {

/// What keeps the store from growing without end, once an hour: old mutation ids, old removals of Sync items
/// and, where a tenant wishes it, old messages are forgotten.
///
/// A round goes in steps of few rows, each in a transaction of its own with a pause behind it, so the
/// service answers as ever meanwhile. A step that fails ends its job for this round.
class Upkeep {
 public:
  /// Both must outlive it.
  Upkeep(const CoreOptions& options, const Tenants& tenants) : options_(options), tenants_(tenants) {}

  /// When to take the next step; the first one at once.
  TimePoint next() const { return next_; }

  /// Whose scope the next step wants.
  const Tenants::Room& room();
  /// Takes one step within that room. Call when due.
  void step(Scope& scope);
  /// Plans the next step. True: this was the last one of the round.
  bool finish_step(TimePoint now);

 private:
  enum class Kind { mutations, tombstones, messages };
  struct Job {
    Kind kind;
    const Tenants::Room* room;
  };

  void begin_round();
  // Each says whether there is more to do.
  bool forget_mutations(Scope& scope) const;
  bool prune_tombstones(Scope& scope) const;
  bool remove_old_messages(Scope& scope);

  const CoreOptions& options_;
  const Tenants& tenants_;
  TimePoint next_{};
  std::vector<Job> jobs_;  ///< of the round, the last one is next
  bool more_ = false;
  Id conversation_ = 0;  ///< those up to this row have no old messages any more
};

}  // namespace parley::chat_service
