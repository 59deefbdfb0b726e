#include "common/net/spare_descriptor.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "common/base/limits.hpp"

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace parley::net {

using ErrorCode = boost::system::error_code;

#ifdef _WIN32
SpareDescriptor::SpareDescriptor() = default;
SpareDescriptor::~SpareDescriptor() = default;
void SpareDescriptor::hold() {}
SpareDescriptor::Accepted SpareDescriptor::accept(const std::function<ErrorCode()>& accept) {
  return {.error = accept()};
}
std::size_t allow_descriptors(std::size_t wanted) { return wanted; }
#else

namespace {

/// Descriptors belong to the process, and so do the spare ones. One lock, from closing a spare until it has
/// been used: nothing else that accepts connections can have it in between.
struct Spares {
  std::mutex lock;
  std::set<int*> all;

  static Spares& of_process() {
    static Spares spares;
    return spares;
  }

  static bool hold(int& spare) {
    if (spare < 0) spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    return spare >= 0;
  }
  static void release(int& spare) {
    if (spare >= 0) ::close(spare);
    spare = -1;
  }
  bool hold_all() const {
    return std::all_of(all.begin(), all.end(), [](int* spare) { return hold(*spare); });
  }
};

bool is_out_of_descriptors(const ErrorCode& error) {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system;
}

}  // namespace

SpareDescriptor::SpareDescriptor() {
  auto& spares = Spares::of_process();
  const std::lock_guard guard(spares.lock);
  spares.all.insert(&descriptor_);
  Spares::hold(descriptor_);
}

SpareDescriptor::~SpareDescriptor() {
  auto& spares = Spares::of_process();
  const std::lock_guard guard(spares.lock);
  spares.all.erase(&descriptor_);
  Spares::release(descriptor_);
}

void SpareDescriptor::hold() {
  const std::lock_guard guard(Spares::of_process().lock);
  Spares::hold(descriptor_);
}

SpareDescriptor::Accepted SpareDescriptor::accept(const std::function<ErrorCode()>& accept) {
  auto& spares = Spares::of_process();
  const std::lock_guard guard(spares.lock);
  ErrorCode error = boost::system::errc::make_error_code(boost::system::errc::too_many_files_open);
  if (spares.hold_all()) error = accept();
  if (!is_out_of_descriptors(error)) return {.error = error};
  Spares::release(descriptor_);
  return {.error = accept(), .with_spare = true};
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
