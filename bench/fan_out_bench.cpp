// One sender, many receivers: how many deliveries per second, and how late?
//
// usage: fan_out_bench parley|nats|prosody PORT RECEIVERS MESSAGE_BYTES SECONDS
// Prints one line for scripts: NAME BYTES RATE_64 RATE_1 P50_MS P99_MS. The rates are of deliveries at
// saturation with 64 messages and with 1 in flight (a message is in flight until its last receiver has it);
// the latencies are those at half of the first rate, from sending to each receipt.

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>

#include "bench/fan_out/peer.hpp"

namespace {

using namespace parley::bench;

constexpr std::size_t kRing = 1 << 16;  // more messages than are ever under way

class FanOut {
 public:
  FanOut(const std::string& name, FanOutSetup setup) : loop_(setup.loop), receivers_(setup.receivers) {
    static const std::map<std::string, std::unique_ptr<FanOutPeer> (*)(FanOutSetup)> kPeers{
        {"parley", make_parley_peer}, {"nats", make_nats_peer}, {"prosody", make_prosody_peer}};
    const auto make = kPeers.find(name);
    if (make == kPeers.end()) fail("no such peer: " + name);
    received_.resize(receivers_);
    setup.on_delivery = [this](std::size_t receiver) { on_delivery(receiver); };
    peer_ = make->second(std::move(setup));
  }

  /// Deliveries per second with so many messages in flight.
  double saturate(std::size_t in_flight, double seconds) {
    const auto run = [&](double end) {
      while (now_s() < end) {
        while (sent_ - complete_ < in_flight) publish();
        loop_.poll(100);
      }
    };
    run(now_s() + seconds / 4);  // warm
    const auto before = delivered_;
    const double start = now_s();
    run(start + seconds);
    const double rate = static_cast<double>(delivered_ - before) / (now_s() - start);
    drain();
    return rate;
  }

  /// Latencies in ms at so many deliveries per second, sorted.
  std::vector<float> pace(double rate, double seconds) {
    const double gap = static_cast<double>(receivers_) / rate;
    latencies_.clear();
    recording_ = true;
    double next = now_s();
    const double end = next + seconds;
    while (next < end) {
      // What is late is sent at once, but counts from when it was due.
      while (next <= now_s()) {
        publish();
        sent_at_[(sent_ - 1) % kRing] = next;
        next += gap;
      }
      if (sent_ - complete_ > kRing / 2) fail("the server does not keep up with half of its own rate");
      loop_.poll(std::max(0, static_cast<int>(std::floor((next - now_s()) * 1000))));
    }
    drain();
    recording_ = false;
    std::sort(latencies_.begin(), latencies_.end());
    return latencies_;
  }

  std::size_t delivery_bytes() const { return peer_->delivery_bytes(); }

 private:
  void publish() {
    missing_[sent_ % kRing] = receivers_;
    ++sent_;
    peer_->publish();
  }

  void on_delivery(std::size_t receiver) {
    const auto message = received_[receiver]++ % kRing;
    ++delivered_;
    if (recording_) latencies_.push_back(static_cast<float>((now_s() - sent_at_[message]) * 1000));
    if (--missing_[message] == 0) ++complete_;
  }

  void drain() {
    loop_.run_until([this] { return complete_ == sent_; }, "the last deliveries");
  }

  Loop& loop_;
  std::size_t receivers_;
  std::unique_ptr<FanOutPeer> peer_;
  std::vector<std::size_t> received_;         // messages, by receiver
  std::array<std::size_t, kRing> missing_{};  // receivers, by message
  std::array<double, kRing> sent_at_{};
  std::size_t sent_ = 0, complete_ = 0, delivered_ = 0;
  bool recording_ = false;
  std::vector<float> latencies_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) fail("usage: fan_out_bench parley|nats|prosody PORT RECEIVERS MESSAGE_BYTES SECONDS");
  const double seconds = std::stod(argv[5]);
  Loop loop;
  FanOut fan_out(
      argv[1],
      {loop, static_cast<std::uint16_t>(std::stoi(argv[2])), std::stoul(argv[3]), std::stoul(argv[4]), {}});
  const double many = fan_out.saturate(64, seconds);
  const double one = fan_out.saturate(1, seconds);
  const auto latencies = fan_out.pace(many / 2, seconds);
  const auto at = [&](double share) {
    return latencies[static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1))];
  };
  std::cout << argv[1] << ' ' << fan_out.delivery_bytes() << ' ' << static_cast<long>(many) << ' '
            << static_cast<long>(one) << ' ' << at(0.5) << ' ' << at(0.99) << std::endl;
  std::_Exit(0);
}
