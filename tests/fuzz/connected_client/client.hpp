#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_sdk/src/engine.hpp"
#include "common/base/random.hpp"
#include "tests/fuzz/connected_client/checker.hpp"
#include "tests/fuzz/connected_client/service.hpp"

namespace parley::fuzz {

/// What the disk says.
struct Disk {
  detail::CacheContents contents{};
  bool works = true;
  bool waits = false;  ///< nothing is answered before let_disk_go()
  /// What is read of a history: of the indexes asked for every `step`th, beginning with `first`.
  std::int64_t first = 0, step = 1;
  bool complete = true;
};

/// A client engine on virtual time, with all that is around it: network, service, token source, disk. These
/// do what an input says, and what is usual where it says nothing. The client is held to its promises
/// meanwhile.
class Client {
 public:
  Client(detail::ModelSettings settings, Disk disk);

  /// Hands an input to the engine, then carries out what it wants until all is quiet.
  void act(const std::function<void(detail::Engine&)>& input);
  /// Of an operation: exactly one completion is expected.
  template <class T>
  detail::Done<T> tracked(std::function<void(Result<T>)> then = {});
  detail::Engine& engine() { return *engine_; }

  /// @name The network
  void receive(std::string_view bytes);
  void notify(std::string_view type, std::string_view payload);
  void lose(Error reason);
  bool reachable = true;

  /// @name The service. While it holds back, requests pile up until somebody answers them.
  bool serving = true;
  void serve(std::size_t most);
  /// Answers the oldest request; of a log-in or a new token the status counts.
  void reply(int status, std::string_view body);
  /// The connection itself refuses it.
  void refuse(int status, int error_code);
  void pick(std::size_t number);
  /// The next request whose path has `part` in it is answered like that.
  void override_answer(std::string part, Service::Answer answer);
  void add_header(std::string name, std::string value);
  Service& service() { return service_; }

  /// @name Time
  /// Passes with a stop at every deadline, or with none.
  void pass(Duration time);
  void jump(Duration time);

  /// The outcome of the fetches of tokens to come; without any they get good ones.
  std::deque<Result<std::string>> tokens;
  /// What the uploads to come end with; without any they get a SID.
  std::deque<Result<std::string>> uploads;
  Disk disk;
  void let_disk_go();

  /// Everything that was started ends. Nothing may be asked of it any more.
  void close();
  bool is_closed() const { return closed_; }
  /// Closed by now; nothing more is heard of it, whatever comes.
  void finish();

 private:
  struct Asked {
    std::string packet_id;
    TimePoint at{};
    bool is_login = false;  ///< or a new token
    http::Request request{};
  };
  struct Override {
    std::string part;
    Service::Answer answer;
  };

  void on_event(const Event& event);
  void input(const std::function<void(detail::Engine&)>& what);
  bool drain();
  void settle();
  void on_action(const detail::ConnectionAction& action);
  void on_action(const detail::CacheAction& action);
  void on_action(const detail::OutboxAction& action);
  void on_packet(std::string_view bytes);
  void do_later(std::function<void()> what) { due_.push_back(std::move(what)); }
  void answer_first();
  void answer_first(int status, std::string_view body);
  void deliver(std::string_view bytes);
  void deliver_note(std::string_view type, std::string_view payload);
  void leave_stream();
  detail::CachedMessages rows(const detail::HistoryQuery& query) const;
  void step(Duration time);

  SeededRandom random_{1};
  TimePoint now_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::hours(24 * 365 * 56)};
  TimePoint heard_at_{};
  Service service_;
  Checker checker_;
  std::unique_ptr<detail::Engine> engine_;
  bool stream_ = false;
  std::uint64_t epoch_ = 0;  ///< what belongs to an earlier stream is void
  std::uint64_t last_packet_ = 0;
  std::deque<Asked> asked_;
  std::vector<Override> overrides_;
  std::vector<std::pair<std::string, std::string>> headers_;  ///< of the next answer
  std::deque<std::function<void()>> due_, on_disk_;
  bool closed_ = false;
  std::size_t started_ = 0, completed_ = 0;
  std::size_t work_ = 0;   ///< actions since time passed last
  std::size_t stops_ = 0;  ///< of the whole input
};

template <class T>
detail::Done<T> Client::tracked(std::function<void(Result<T>)> then) {
  ++started_;
  auto finished = std::make_shared<bool>(false);
  return [this, finished, then = std::move(then)](Result<T> outcome) {
    if (std::exchange(*finished, true)) __builtin_trap();
    ++completed_;
    if (then) then(std::move(outcome));
  };
}

}  // namespace parley::fuzz
