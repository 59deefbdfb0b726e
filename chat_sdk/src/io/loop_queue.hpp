#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace parley::detail {

/// Work for an event loop of the user's: in order and one at a time, run by the loop when it calls run().
///
/// The loop is asked for that by a function of the user's, at most once until the next run() and not during
/// one. No function of the user's is called, and none of its objects destroyed, while the mutex is held.
///
/// Threads: any thread may call any member. A run() inside of another one, or beside one on another thread,
/// does nothing.
class LoopQueue : public std::enable_shared_from_this<LoopQueue> {
 public:
  struct Item {
    virtual ~Item() = default;
    virtual void run() = 0;
  };
  using Work = std::unique_ptr<Item>;
  /// Asks the loop to call run() soon. Must not throw.
  using Wake = std::function<void(const std::shared_ptr<LoopQueue>&)>;

  explicit LoopQueue(Wake wake) : wake_(std::make_shared<const Wake>(std::move(wake))) {}

  template <class F>
  static Work work(F f);

  /// What is left to be done after push(), by the destructor, when the caller holds no lock any more: waking
  /// the loop, or destroying work that was refused.
  class [[nodiscard]] Pushed {
   public:
    Pushed() = default;
    explicit Pushed(std::shared_ptr<LoopQueue> to_wake) : to_wake_(std::move(to_wake)) {}
    explicit Pushed(Work refused) : refused_(std::move(refused)) {}
    Pushed(Pushed&&) noexcept = default;
    Pushed& operator=(Pushed&& other) noexcept;
    ~Pushed();

   private:
    std::shared_ptr<LoopQueue> to_wake_;
    Work refused_;
  };
  /// Refuses the work after let_go().
  Pushed push(Work work);

  /// Runs what was there when it began and says how much that was; if more came meanwhile, the loop is woken
  /// again. After let_go(), and if the function that wakes the loop called it, it runs until nothing is left.
  std::size_t run();
  /// Is the caller inside of run()?
  bool runs_here() const;
  /// Has the loop been asked to call run(), which it has not done yet?
  bool waits() const;

  /// Destroys what was not run: the loop will not do it.
  void discard();
  /// Nothing comes any more. When it returns, no other thread is inside of the function that wakes the loop,
  /// and nobody enters it again. What was there before is run by a run() that was asked for.
  void let_go();

 private:
  class Turn;

  Work next(std::size_t& left);
  Pushed ask_for_run();
  void wake();
  bool is_waking_here() const;

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::shared_ptr<const Wake> wake_;
  std::vector<std::thread::id> waking_;  ///< who is inside of it, or about to be
  std::deque<Work> queue_;
  std::optional<std::thread::id> runner_;
  bool asked_ = false;  ///< for a run()
  bool ended_ = false;
};

template <class F>
LoopQueue::Work LoopQueue::work(F f) {
  struct ItemOf final : Item {
    explicit ItemOf(F given) : work(std::move(given)) {}
    void run() override { work(); }
    F work;
  };
  return std::make_unique<ItemOf>(std::move(f));
}

}  // namespace parley::detail
