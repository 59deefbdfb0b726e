#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>
#include <memory>

#include <parley/seams.hpp>

#include "chat_service/src/testing/pipe_end.hpp"
#include "chat_service/src/testing/pipe_faults.hpp"
#include "common/net/wake_timer.hpp"

namespace parley::testing {

/// One connection through a FaultyPipe. On the pipe's thread.
///
///   state | what arrives                              | leaves by
///   ------|-------------------------------------------|-------------------------------------------
///   open  | goes on when its time has come            | a loss -> dead; an end, a cut -> over
///   dead  | vanishes, in both directions              | both sides have ended it, a cut -> over
///   over  | nothing: both ends are closed or reset    | -
///
/// What was under way when the connection died still arrives.
class PipeLink final : public std::enable_shared_from_this<PipeLink> {
 public:
  using OnOver = std::function<void(const std::shared_ptr<PipeLink>&)>;

  /// Without a `service` end it is dead from the start.
  PipeLink(const boost::asio::any_io_executor& executor, const Clock& clock, PipeFaults& faults,
           std::unique_ptr<PipeEnd> client, std::unique_ptr<PipeEnd> service, OnOver on_over);

  void start();
  void cut();

 private:
  enum class Then { go_on, close, cut };
  struct Item {
    TimePoint due;
    Bytes bytes;  ///< null: none
    Then then = Then::go_on;
  };
  /// One direction. Nothing is read while much is under way.
  struct Lane {
    Lane(PipeLink& link, const boost::asio::any_io_executor& executor, Direction its_direction,
         PipeEnd* its_from, PipeEnd* its_to)
        : direction(its_direction),
          from(its_from),
          to(its_to),
          timer(executor, link.clock_, [&link, this] { link.on_time(*this); }) {}

    const Direction direction;
    PipeEnd* const from;
    PipeEnd* const to;
    std::deque<Item> items;
    std::size_t bytes_under_way = 0;
    bool is_reading = false;
    bool has_ended = false;  ///< nothing comes any more
    net::WakeTimer timer;
  };

  void start(Lane& lane);
  void read_on(Lane& lane);
  void on_bytes(Lane& lane, Bytes bytes);
  void on_end(Lane& lane);
  void put(Lane& lane, Item item);
  void deliver(Lane& lane);
  void on_time(Lane& lane);
  void send(Lane& lane, const Item& item);
  void end();

  const Clock& clock_;
  PipeFaults& faults_;
  std::unique_ptr<PipeEnd> client_, service_;
  Lane up_, down_;
  OnOver on_over_;
  bool dead_;
  bool over_ = false;
};

}  // namespace parley::testing
