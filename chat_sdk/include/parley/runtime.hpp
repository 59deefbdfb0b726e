#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include <parley/export.hpp>

namespace parley {

/// One I/O thread, for programs that do not use Asio themselves. Any number of clients share it.
///
/// Must outlive its clients. The destructor stops the thread and joins it: do not call it from a callback.
class Runtime {
 public:
  PARLEY_API Runtime();
  PARLEY_API ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// To post work to. Asio objects of the program may live on it with the static libraries; with the shared
  /// one, which has an Asio of its own, they need an io_context of the program.
  PARLEY_API boost::asio::any_io_executor executor() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
