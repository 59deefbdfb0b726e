#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/media/worker.hpp"

namespace parley::chat_service::media {

/// Bytes on their way to a blob: whoever has them puts them here and goes on, a worker hashes and writes
/// them. What the worker has not begun when this is destroyed is not written, and the worker takes the file
/// away.
///
/// One thread at a time; what is called back is called on the worker's thread. After the worker's end nothing
/// more is written, and nobody is called back.
class BlobPipe {
 public:
  BlobPipe(std::shared_ptr<BlobWriter> writer, std::weak_ptr<Worker> worker);
  ~BlobPipe();
  BlobPipe(const BlobPipe&) = delete;
  BlobPipe& operator=(const BlobPipe&) = delete;

  /// Takes a copy. An earlier piece's failure: nothing more is taken.
  Result<void> write(std::string_view bytes);
  /// Bytes taken.
  std::uint64_t size() const { return size_; }
  /// Do more than limits::kMediaWaitingBytes wait? Then `go_on` is called once, when few do, or writing
  /// failed.
  bool holds_back(std::function<void()> go_on);
  /// No more bytes come: `done` is called when all are written, or could not be. Call once.
  void finish(std::function<void(Result<void>)> done);
  /// Where they went, after `done`.
  BlobWriter& writer();

 private:
  struct State;

  std::shared_ptr<State> state_;
  std::weak_ptr<Worker> worker_;
  std::uint64_t size_ = 0;
};

}  // namespace parley::chat_service::media
