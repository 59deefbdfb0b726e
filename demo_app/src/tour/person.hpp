#pragma once
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <parley/parley.hpp>

namespace parley::demo {

/// A step of the tour did not do what it promises.
class StepFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::chrono::seconds kPatience{10};

/// The outcome of an operation, or StepFailed / parley::Exception.
template <class T>
T wait_for(std::future<Result<T>> future) {
  if (future.wait_for(kPatience) != std::future_status::ready)
    throw StepFailed("an operation did not complete");
  return future.get().value();
}

void expect(bool condition, const std::string& otherwise);

/// One user of the tour: a client, and everything it was told.
class Person {
 public:
  Person(Runtime& runtime, std::string name, ClientOptions options);
  /// Waits for the last event, which calls into this object.
  ~Person();

  const std::string& name() const { return name_; }
  Client& client() { return client_; }
  void connect();

  /// Blocks until `condition` holds for what was heard so far, or fails naming `what`.
  template <class Condition>
  void until(const std::string& what, Condition condition) {
    std::unique_lock lock(mutex_);
    const bool holds = changed_.wait_for(lock, kPatience, [&] { return condition(heard_); });
    if (!holds) throw StepFailed(name_ + " waited in vain for " + what);
  }

  /// The texts of messages received so far in that channel, in order of arrival.
  std::vector<std::string> texts(const Channel& channel);
  /// How often the connection left the state "connected".
  int disconnects();

 private:
  void on_event(const Event& event);

  std::string name_;
  std::mutex mutex_;  // guards heard_: events come on the runtime's thread
  std::condition_variable changed_;
  std::vector<Event> heard_;
  Client client_;
  Subscription subscription_;
};

std::vector<std::string> texts_in(const std::vector<Event>& heard, const Channel& channel);

}  // namespace parley::demo
