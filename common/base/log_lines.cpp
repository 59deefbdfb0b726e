#include "common/base/log_lines.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

namespace parley {
namespace {

constexpr std::size_t kWriteAt = 64 * 1024;
constexpr std::size_t kMostWaiting = 1024 * 1024;
constexpr auto kWriteEvery = std::chrono::milliseconds(100);
constexpr auto kPatience = std::chrono::seconds(1);

}  // namespace

struct LogLines::State {
  explicit State(std::FILE* out) : out(out) {}

  /// What to write now, with a word about what was dropped.
  std::string take() {
    if (dropped != 0)
      waiting += "{\"level\":\"warning\",\"event\":\"log\",\"dropped\":" + std::to_string(dropped) + "}\n";
    dropped = 0;
    return std::exchange(waiting, {});
  }

  std::FILE* out;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable ended;
  std::string waiting;
  std::size_t dropped = 0;
  bool hurry = false;
  bool stopping = false;
  bool is_over = false;
};

LogLines::LogLines(std::FILE* out)
    : state_(std::make_shared<State>(out)), writer_([state = state_] { write_lines(state); }) {}

LogLines::~LogLines() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->wake.notify_one();
  const bool over = state_->ended.wait_for(lock, kPatience, [this] { return state_->is_over; });
  lock.unlock();
  over ? writer_.join() : writer_.detach();
}

void LogLines::add(std::string_view line) {
  const std::lock_guard lock(state_->mutex);
  if (state_->waiting.size() + line.size() > kMostWaiting) {
    ++state_->dropped;
    return;
  }
  state_->waiting.append(line).append("\n");
  if (state_->waiting.size() >= kWriteAt) state_->wake.notify_one();
}

void LogLines::flush() {
  const std::lock_guard lock(state_->mutex);
  state_->hurry = true;
  state_->wake.notify_one();
}

void LogLines::write_lines(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (bool last = false; !last;) {
    state->wake.wait_for(lock, kWriteEvery, [&] {
      return state->stopping || state->hurry || state->waiting.size() >= kWriteAt;
    });
    last = state->stopping;
    state->hurry = false;
    const auto lines = state->take();
    lock.unlock();
    std::fwrite(lines.data(), 1, lines.size(), state->out);
    std::fflush(state->out);
    lock.lock();
  }
  state->is_over = true;
  state->ended.notify_one();
}

}  // namespace parley
