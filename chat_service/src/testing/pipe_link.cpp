#include "chat_service/src/testing/pipe_link.hpp"

#include <algorithm>
#include <utility>

namespace parley::testing {
namespace {

/// Under way in one direction of one connection: a line with a delay of 100 ms carries 40 MB/s.
constexpr std::size_t kMaxBytesUnderWay = 4 * 1024 * 1024;

}  // namespace

PipeLink::PipeLink(const boost::asio::any_io_executor& executor, const Clock& clock, PipeFaults& faults,
                   std::unique_ptr<PipeEnd> client, std::unique_ptr<PipeEnd> service, OnOver on_over)
    : clock_(clock),
      faults_(faults),
      client_(std::move(client)),
      service_(std::move(service)),
      up_(*this, executor, Direction::to_service, client_.get(), service_.get()),
      down_(*this, executor, Direction::to_client, service_.get(), client_.get()),
      on_over_(std::move(on_over)),
      dead_(!service_) {
  down_.has_ended = !service_;
}

void PipeLink::start() {
  start(up_);
  if (service_) start(down_);
}

void PipeLink::start(Lane& lane) {
  lane.from->start({.on_bytes =
                        [weak = weak_from_this(), &lane](Bytes bytes) {
                          if (const auto self = weak.lock()) self->on_bytes(lane, std::move(bytes));
                        },
                    .on_end =
                        [weak = weak_from_this(), &lane] {
                          if (const auto self = weak.lock()) self->on_end(lane);
                        }});
  read_on(lane);
}

void PipeLink::read_on(Lane& lane) {
  if (over_ || lane.has_ended || lane.bytes_under_way >= kMaxBytesUnderWay) return;
  if (!std::exchange(lane.is_reading, true)) lane.from->read_on();
}

void PipeLink::on_bytes(Lane& lane, Bytes bytes) {
  lane.is_reading = false;
  if (over_ || lane.has_ended) return;
  if (dead_) return read_on(lane);
  const auto fate = faults_.on_bytes(lane.direction, bytes->size(), lane.from->is_divisible());
  dead_ = fate.is_dead;
  if (dead_) return read_on(lane);
  if (fate.passes < bytes->size())
    bytes = fate.passes == 0 ? nullptr : std::make_shared<const std::string>(*bytes, 0, fate.passes);
  lane.has_ended = fate.is_cut;
  put(lane, {clock_.now() + fate.delay, std::move(bytes), fate.is_cut ? Then::cut : Then::go_on});
  read_on(lane);
}

void PipeLink::on_end(Lane& lane) {
  if (over_) return;
  lane.has_ended = true;
  dead_ = dead_ || faults_.drops();
  if (!dead_) return put(lane, {clock_.now() + faults_.delay(), nullptr, Then::close});
  if (up_.has_ended && down_.has_ended) end();
}

void PipeLink::put(Lane& lane, Item item) {
  if (item.bytes) lane.bytes_under_way += item.bytes->size();
  // A shorter delay than before lets nothing overtake.
  if (!lane.items.empty()) item.due = std::max(item.due, lane.items.back().due);
  lane.items.push_back(std::move(item));
  deliver(lane);
}

void PipeLink::deliver(Lane& lane) {
  while (!over_ && !lane.items.empty() && lane.items.front().due <= clock_.now()) {
    const Item item = std::move(lane.items.front());
    lane.items.pop_front();
    if (item.bytes)
      send(lane, item);
    else if (item.then == Then::cut)
      cut();
    if (item.then == Then::close) {
      lane.to->close();
      return end();
    }
  }
  if (over_ || lane.items.empty()) return;
  lane.timer.wait_until(lane.items.front().due);
}

void PipeLink::on_time(Lane& lane) {
  const auto self = shared_from_this();  // delivering may end it
  deliver(lane);
}

// A cut must not take back what was to arrive before it.
void PipeLink::send(Lane& lane, const Item& item) {
  lane.to->send(item.bytes, [weak = weak_from_this(), &lane, size = item.bytes->size(), then = item.then] {
    const auto self = weak.lock();
    if (!self) return;
    if (then == Then::cut) return self->cut();
    lane.bytes_under_way -= size;
    self->read_on(lane);
  });
}

void PipeLink::cut() { end(); }

// Whoever calls this may be called by an end.
void PipeLink::end() {
  if (std::exchange(over_, true)) return;
  const auto self = shared_from_this();
  up_.timer.cancel();
  down_.timer.cancel();
  client_.reset();
  service_.reset();
  on_over_(self);
}

}  // namespace parley::testing
