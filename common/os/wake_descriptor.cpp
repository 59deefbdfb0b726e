#include "common/os/wake_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "common/os/close_on_exec.hpp"

namespace parley {
namespace {

void make_private_and_nonblocking(int fd) {
  os::set_close_on_exec(fd);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
}

}  // namespace

Result<WakeDescriptor> WakeDescriptor::open() {
  int ends[2];
  if (::pipe(ends) != 0)
    return Error{.code = Errc::limit_exceeded, .message = "no descriptors are left for a pipe"};
  for (const int fd : ends) make_private_and_nonblocking(fd);
  return WakeDescriptor(ends[0], ends[1]);
}

WakeDescriptor::WakeDescriptor(WakeDescriptor&& other) noexcept
    : read_end_(std::exchange(other.read_end_, -1)), write_end_(std::exchange(other.write_end_, -1)) {}

WakeDescriptor::~WakeDescriptor() {
  if (read_end_ < 0) return;
  ::close(read_end_);
  ::close(write_end_);
}

// A write that fails because the pipe is full leaves it readable, which is all that is wanted.
void WakeDescriptor::set() const {
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(write_end_, &byte, 1);
}

void WakeDescriptor::clear() const {
  char bytes[64];
  while (::read(read_end_, bytes, sizeof bytes) > 0) continue;
}

}  // namespace parley
