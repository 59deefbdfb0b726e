#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <parley/media.hpp>

namespace parley::detail {

/// The way from the transfer thread to what belongs to the user: messages that are sent, functions that tell
/// of progress, and readers of files. Once it is closed nothing of it is touched, though the thread may go on
/// for a while, as when a name is being looked up.
class UserGate {
 public:
  using ReaderId = std::uint64_t;

  /// Runs `use` unless the gate is closed, which is false. Not inside another `use`.
  bool enter(const std::function<void()>& use);
  /// Waits for a `use` that is running, then destroys all readers. Any thread.
  void close();

  /// @name Within enter()
  ReaderId keep(std::unique_ptr<FileReader> reader);
  FileReader& reader(ReaderId id) { return *readers_.at(id); }

  /// Outside of enter().
  void drop(ReaderId id);

 private:
  std::mutex mutex_;
  bool closed_ = false;
  std::map<ReaderId, std::unique_ptr<FileReader>> readers_;
  ReaderId last_ = 0;
};

}  // namespace parley::detail
