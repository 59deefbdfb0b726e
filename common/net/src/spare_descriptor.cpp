#include "common/net/spare_descriptor.hpp"

#include <algorithm>
#include <utility>

#include "common/base/limits.hpp"

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace parley::net {

#ifdef _WIN32
void SpareDescriptor::hold() {}
void SpareDescriptor::release() {}
std::size_t allow_descriptors(std::size_t wanted) { return wanted; }
#else

void SpareDescriptor::hold() {
  if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void SpareDescriptor::release() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

std::size_t allow_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}
#endif

std::optional<std::string> fit_descriptors(std::size_t& max_connections) {
  constexpr auto kReserve = limits::kReservedDescriptors;
  const auto allowed = allow_descriptors(2 * max_connections + kReserve);
  const auto needed = max_connections + kReserve;
  if (allowed >= needed) return std::nullopt;
  const auto configured = std::exchange(max_connections, allowed > kReserve ? allowed - kReserve : 1);
  return "limits.max_connections is " + std::to_string(configured) + ", but this process may open " +
         std::to_string(allowed) + " files: it serves " + std::to_string(max_connections) +
         " connections at most. Raise LimitNOFILE of its systemd unit, or ulimit -n, to " +
         std::to_string(needed);
}

}  // namespace parley::net
