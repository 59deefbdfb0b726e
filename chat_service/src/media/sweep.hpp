#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "chat_service/src/media/api.hpp"
#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/media/counts.hpp"
#include "chat_service/src/media/worker.hpp"

namespace parley::chat_service::media {

/// Removes uploads that nobody attached in time, then the files that no row names; a 256th of the directory
/// at a time, so that nobody waits for it.
///
/// A file goes only after a commit in which no row named it, and only if no upload of the same bytes is on
/// its way: such an upload holds the hash in `pins` from before its file has its name until behind its own
/// commit, and commits come in order.
///
/// Thread rule: the core's. Lifetime: shorter than what it is given.
class Sweep : public std::enable_shared_from_this<Sweep> {
 public:
  struct Tools {
    Blobs& blobs;
    Worker& worker;
    const Counts& pins;
    const ApiOptions& options;
    const Host& host;
    Counters& counters;
  };
  explicit Sweep(Tools tools) : tools_(tools) {}

  /// One that runs goes on instead.
  void start();

 private:
  void remove_unattached();
  void next_folder();
  void next_files();
  void remove(std::vector<std::string> hashes);
  void then(void (Sweep::*step)());

  Tools tools_;
  int folder_ = -1;  ///< -1: not running
  std::vector<std::string> files_;
};

}  // namespace parley::chat_service::media
