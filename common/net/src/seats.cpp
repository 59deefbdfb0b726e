#include "common/net/src/seats.hpp"

namespace parley::net {

namespace ip = boost::asio::ip;

class Seats::Seat {
 public:
  Seat(std::shared_ptr<Seats> seats, const House& house) : seats_(std::move(seats)), house_(house) {}
  ~Seat() { seats_->give_back(house_); }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

 private:
  std::shared_ptr<Seats> seats_;
  House house_;
};

Seats::House Seats::house_of(const ip::address& peer) {
  if (peer.is_v4()) return {false, peer.to_v4().to_uint()};
  const auto v6 = peer.to_v6();
  if (v6.is_v4_mapped()) return {false, ip::make_address_v4(ip::v4_mapped, v6).to_uint()};
  const auto bytes = v6.to_bytes();
  std::uint64_t network = 0;
  for (int i = 0; i < 8; ++i) network = network << 8 | bytes[i];
  return {true, network};
}

std::shared_ptr<void> Seats::take(const ip::address& peer, Limits limits) {
  const auto house = house_of(peer);
  {
    const std::lock_guard lock(mutex_);
    if (taken_ >= limits.total) return nullptr;
    const auto found = by_house_.find(house);
    const auto here = found == by_house_.end() ? 0 : found->second;
    if (limits.per_address != 0 && here >= limits.per_address) return nullptr;
    ++by_house_[house];
    ++taken_;
  }
  return std::make_shared<Seat>(shared_from_this(), house);
}

void Seats::give_back(const House& house) {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = by_house_.find(house);
  if (--found->second == 0) by_house_.erase(found);
}

}  // namespace parley::net
