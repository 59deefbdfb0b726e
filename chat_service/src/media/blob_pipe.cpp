#include "chat_service/src/media/blob_pipe.hpp"

#include <mutex>
#include <string>
#include <utility>

#include "common/base/limits.hpp"

namespace parley::chat_service::media {

/// Shared with the worker's jobs: a piece that waits is written by the job that was begun for it or for an
/// earlier one.
struct BlobPipe::State {
  explicit State(std::shared_ptr<BlobWriter> to) : writer(std::move(to)) {}

  /// On the worker.
  void drain() {
    const std::string piece = take();
    const auto written = piece.empty() ? Result<void>() : writer->write(piece);
    if (const auto told = note(written)) told();
  }

  /// What waits; nothing after a failure.
  std::string take() {
    const std::lock_guard lock(mutex);
    is_asked = false;
    auto piece = std::exchange(waiting, {});
    return failure ? std::string() : piece;
  }

  /// Who is to be told of it.
  std::function<void()> note(const Result<void>& written) {
    const std::lock_guard lock(mutex);
    if (!written) failure = written.error();
    if (!failure && waiting.size() > limits::kMediaWaitingBytes) return nullptr;
    return std::exchange(go_on, nullptr);
  }

  const std::shared_ptr<BlobWriter> writer;
  std::mutex mutex;
  // Under the mutex:
  std::string waiting;
  bool is_asked = false;  ///< a job will take what waits
  std::optional<Error> failure;
  std::function<void()> go_on;
};

BlobPipe::BlobPipe(std::shared_ptr<BlobWriter> writer, std::weak_ptr<Worker> worker)
    : state_(std::make_shared<State>(std::move(writer))), worker_(std::move(worker)) {}

BlobPipe::~BlobPipe() {
  const auto worker = worker_.lock();
  if (!worker) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.clear();
    state_->go_on = nullptr;
  }
  worker->run([state = std::move(state_)]() mutable { state = nullptr; });
}

Result<void> BlobPipe::write(std::string_view bytes) {
  const auto worker = worker_.lock();
  const std::lock_guard lock(state_->mutex);
  if (state_->failure) return *state_->failure;
  size_ += bytes.size();
  state_->waiting += bytes;
  if (worker && !std::exchange(state_->is_asked, true))
    worker->run([weak = std::weak_ptr(state_)] {
      if (const auto state = weak.lock()) state->drain();
    });
  return {};
}

bool BlobPipe::holds_back(std::function<void()> go_on) {
  const std::lock_guard lock(state_->mutex);
  if (state_->failure || state_->waiting.size() <= limits::kMediaWaitingBytes) return false;
  state_->go_on = std::move(go_on);
  return true;
}

// The worker's jobs run in order: what was written before is behind it.
void BlobPipe::finish(std::function<void(Result<void>)> done) {
  const auto worker = worker_.lock();
  if (!worker) return;
  worker->run([state = state_, done = std::move(done)]() mutable {
    done(state->failure ? Result<void>(*state->failure) : state->writer->close());
    done = nullptr;
  });
}

BlobWriter& BlobPipe::writer() { return *state_->writer; }

}  // namespace parley::chat_service::media
