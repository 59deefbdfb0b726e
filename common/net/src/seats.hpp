#pragma once
#include <boost/asio/ip/address.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace parley::net {

/// How many sockets of one listening address are open, in all and per peer. Its memory is bounded by the
/// sockets: an address without any is forgotten.
///
/// Any thread: servers that share a listening socket count together.
class Seats : public std::enable_shared_from_this<Seats> {
 public:
  struct Limits {
    std::size_t total;
    std::size_t per_address;  ///< 0: none
  };

  /// Nothing if a limit is reached. The seat is free again when the last copy of the pointer is gone.
  std::shared_ptr<void> take(const boost::asio::ip::address& peer, Limits limits);

 private:
  /// One house has one address: an IPv4 address (also where it is mapped into IPv6), or 64 bits of IPv6,
  /// because whoever has one such address usually has them all.
  using House = std::pair<bool, std::uint64_t>;
  class Seat;

  static House house_of(const boost::asio::ip::address& peer);
  void give_back(const House& house);

  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::map<House, std::size_t> by_house_;
};

}  // namespace parley::net
