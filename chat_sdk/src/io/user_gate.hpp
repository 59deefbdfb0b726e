#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <parley/media.hpp>

namespace parley::detail {

/// The way from the transfer thread to what belongs to the user: messages that are sent, functions that tell
/// of progress, and readers of files. Once it is closed nothing of it is touched, though the thread may go on
/// for a while, as when a name is being looked up.
///
/// What the thread borrows, and readers that are not needed any more, may be all that is left of the user's
/// things, which may own the client: nothing of that ends on the transfer thread, where the end of the client
/// would wait for itself. It is handed back to the executor where everything else of the user's ends.
class UserGate {
 public:
  using ReaderId = std::uint64_t;
  /// Runs something later, on an executor where the user's things may end, or drops it once the gate is about
  /// to be closed. Any thread.
  using Post = std::function<void(std::function<void()>)>;

  explicit UserGate(Post post) : post_(std::move(post)) {}

  /// Runs `use` unless the gate is closed, which is false. Not inside another `use`.
  bool enter(const std::function<void()>& use);
  /// Waits for a `use` that is running, then destroys all readers and what was not handed back yet. Any
  /// thread but one that is inside `use`.
  void close();

  /// @name Within enter()
  ReaderId keep(std::unique_ptr<FileReader> reader);
  FileReader& reader(ReaderId id) { return *readers_.at(id); }
  /// What `weak` leads to, until `use` returns.
  template <class T>
  std::shared_ptr<T> borrow(const std::weak_ptr<T>& weak) {
    auto lent = weak.lock();
    if (lent) borrowed_.push_back(lent);
    return lent;
  }

  /// Outside of enter().
  void drop(ReaderId id);

 private:
  using Thing = std::shared_ptr<const void>;
  /// On its way to the executor: each thing once at most, so nothing piles up where nobody runs it.
  struct Returned {
    std::mutex mutex;
    std::vector<Thing> things;
    /// True: the first one since take().
    bool add(std::vector<Thing> more);
    std::vector<Thing> take();
  };
  void give_back(std::vector<Thing> things);

  const Post post_;
  const std::shared_ptr<Returned> returned_ = std::make_shared<Returned>();
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<Thing> borrowed_;
  std::map<ReaderId, std::shared_ptr<FileReader>> readers_;
  ReaderId last_ = 0;
};

}  // namespace parley::detail
