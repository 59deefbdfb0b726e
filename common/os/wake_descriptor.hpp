#pragma once
#include <parley/error.hpp>

namespace parley {

/// A descriptor that poll() and its like find readable while it is set: the reading end of a pipe. It is not
/// inherited by programs that this one starts.
///
/// Threads: any thread may call any member.
class WakeDescriptor {
 public:
  /// Errc::limit_exceeded: the process or the system has no descriptors left.
  static Result<WakeDescriptor> open();
  WakeDescriptor(WakeDescriptor&& other) noexcept;
  WakeDescriptor& operator=(WakeDescriptor&&) = delete;
  ~WakeDescriptor();

  int fd() const { return read_end_; }
  void set() const;
  void clear() const;

 private:
  WakeDescriptor(int read_end, int write_end) : read_end_(read_end), write_end_(write_end) {}

  int read_end_, write_end_;
};

}  // namespace parley
