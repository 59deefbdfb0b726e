#pragma once
#include <cstddef>
#include <optional>
#include <string>

namespace parley::net {

/// A descriptor that is open for nothing, so that there is one to be had when the process can open no more.
/// On Windows, which has no such limit, it does nothing. One thread at a time.
class SpareDescriptor {
 public:
  SpareDescriptor() { hold(); }
  ~SpareDescriptor() { release(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  /// Opens it, unless it is open or there is none to be had.
  void hold();
  /// Closes it: the next thing that is opened finds room.
  void release();

 private:
  int descriptor_ = -1;
};

/// Raises the limit of descriptors that this process may have open to `wanted`, as far as the system lets it,
/// and returns the limit as it is then; it is never lowered. On Windows it returns `wanted`.
std::size_t allow_descriptors(std::size_t wanted);

/// Raises that limit for so many connections, each with a file of its own, and limits::kReservedDescriptors
/// beside. Where the system does not allow one for each connection and the reserve, `max_connections` becomes
/// what it allows, and the words for the operator are returned.
std::optional<std::string> fit_descriptors(std::size_t& max_connections);

}  // namespace parley::net
