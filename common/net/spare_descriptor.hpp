#pragma once
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace parley::net {

/// A descriptor that is open for nothing, so that there is one to be had when the process can open no more.
/// Each part that accepts connections has its own. On Windows, which has no such limit, none is ever missing.
/// Any thread.
class SpareDescriptor {
 public:
  SpareDescriptor();
  ~SpareDescriptor();
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  /// Opens it again, unless it is open or there is no descriptor to be had.
  void hold();

  struct Accepted {
    boost::system::error_code error;
    bool with_spare = false;
  };
  /// Calls `accept`, which must not block; out of descriptors, once more with this one closed for it. While a
  /// spare of the process is missing there is no first call: a descriptor that is free again belongs to the
  /// part that lost its own.
  Accepted accept(const std::function<boost::system::error_code()>& accept);

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
