#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include <parley/error.hpp>

namespace parley::chat_service {

/// How far a long piece of work is.
struct Progress {
  std::string_view doing{};  ///< for people, e.g. "rows exported"; outlives the work
  std::uint64_t done = 0;    ///< of the unit that `doing` names
  std::uint64_t total = 0;   ///< 0: unknown
};

/// Called now and then by long work, on its own thread. False: the work ends with Errc::cancelled and leaves
/// nothing half done. Empty: nobody wants to know.
using OnProgress = std::function<bool(const Progress&)>;

/// Tells, and fails with Errc::cancelled if the work is to end.
Result<void> report(const OnProgress& on_progress, const Progress& progress);

}  // namespace parley::chat_service
