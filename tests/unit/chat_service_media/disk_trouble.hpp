#pragma once
#include <sys/resource.h>

#include <csignal>
#include <future>

#include "chat_service/src/media/worker.hpp"

/// Disks that are slow or full.
namespace parley::chat_service::media::test {

/// Keeps a worker waiting, as a slow disk does.
class BusyWorker {
 public:
  explicit BusyWorker(Worker& worker) {
    worker.run([until = until_.get_future().share()] { until.wait(); });
  }
  void release() { until_.set_value(); }

 private:
  std::promise<void> until_;
};

/// Files of this process can have this many bytes only, as on a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace parley::chat_service::media::test
