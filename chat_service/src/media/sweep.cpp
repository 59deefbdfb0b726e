#include "chat_service/src/media/sweep.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "chat_service/core.hpp"
#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/scope.hpp"
#include "common/base/encoding.hpp"

namespace parley::chat_service::media {
namespace {

const Caller kNobody{};
constexpr int kFolders = 256;
constexpr std::size_t kFilesAtOnce = 500;
constexpr std::size_t kRowsAtOnce = 200;

std::string folder_name(int folder) {
  const std::array bytes{static_cast<std::uint8_t>(folder)};
  return hex_encode(bytes);
}

}  // namespace

void Sweep::start() {
  if (std::exchange(folder_, folder_ < 0 ? 0 : folder_) < 0) then(&Sweep::remove_unattached);
}

// Never inside the call: it may come from within the core.
void Sweep::then(void (Sweep::*step)()) {
  tools_.host.post([weak = weak_from_this(), step] {
    if (const auto self = weak.lock()) (*self.*step)();
  });
}

void Sweep::remove_unattached() {
  const auto life = tools_.options.media.unattached_life;
  const auto removed = std::make_shared<std::size_t>(0);
  const Work work = [life, removed](Scope& scope) -> Result<Answer> {
    const Millis before = scope.retention_now - std::chrono::milliseconds(life).count();
    *removed = scope.tables.media.remove_unattached_before(before, kRowsAtOnce);
    return Answer{};
  };
  const auto& host = tools_.host;
  host.core.perform(
      kNobody, work,
      [weak = weak_from_this(), removed](const http::Response& response) {
        const auto self = weak.lock();
        if (!self) return;
        const bool more = response.status < 400 && *removed == kRowsAtOnce;
        self->then(more ? &Sweep::remove_unattached : &Sweep::next_folder);
      },
      host.clock.now(), host.clock.wall_now());
  host.wake();
}

void Sweep::next_folder() {
  if (folder_ == kFolders) {
    folder_ = -1;
    ++tools_.counters.rounds;
    return;
  }
  tools_.worker.run([weak = weak_from_this(), &blobs = tools_.blobs, post = tools_.host.post,
                     name = folder_name(folder_++)] {
    post([weak, files = blobs.list(name)]() mutable {
      const auto self = weak.lock();
      if (!self) return;
      self->files_ = std::move(files);
      self->next_files();
    });
  });
}

void Sweep::next_files() {
  if (files_.empty()) return next_folder();
  const auto some = std::min(files_.size(), kFilesAtOnce);
  auto hashes = std::make_shared<std::vector<std::string>>(files_.end() - static_cast<std::ptrdiff_t>(some),
                                                           files_.end());
  files_.resize(files_.size() - some);
  const Work work = [hashes](Scope& scope) -> Result<Answer> {
    std::erase_if(*hashes, [&](const std::string& hash) { return scope.tables.media.is_used(hash); });
    return Answer{};
  };
  const auto& host = tools_.host;
  host.core.perform(
      kNobody, work,
      [weak = weak_from_this(), hashes](const http::Response& response) {
        const auto self = weak.lock();
        if (!self) return;
        if (response.status < 400) return self->remove(std::move(*hashes));
        self->then(&Sweep::next_files);
      },
      host.clock.now(), host.clock.wall_now());
  host.wake();
}

// An upload that takes such a hash from now on makes its file behind this: the worker's jobs run in order.
void Sweep::remove(std::vector<std::string> hashes) {
  std::erase_if(hashes, [&](const std::string& hash) { return tools_.pins.of(hash) != 0; });
  tools_.worker.run(
      [weak = weak_from_this(), &blobs = tools_.blobs, post = tools_.host.post, hashes = std::move(hashes)] {
        const auto removed =
            std::count_if(hashes.begin(), hashes.end(), [&](const auto& hash) { return blobs.remove(hash); });
        post([weak, removed] {
          const auto self = weak.lock();
          if (!self) return;
          self->tools_.counters.blobs_removed += static_cast<std::uint64_t>(removed);
          self->next_files();
        });
      });
}

}  // namespace parley::chat_service::media
