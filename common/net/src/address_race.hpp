#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <parley/seams.hpp>
#include <vector>

namespace parley::net {

/// Which addresses of a name are tried, and when (RFC 8305): one after the other, the families alternating,
/// the next as soon as one fails or when the newest has had `delay` without an answer. Attempts that have not
/// failed go on beside the newer ones.
///
/// Without I/O: the owner opens the sockets, and asks next() again at due().
class AddressRace {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  using ErrorCode = boost::system::error_code;

  /// More addresses than these are not tried.
  static constexpr std::size_t kMaxAddresses = 32;

  /// `resolved` is in the order of the resolver, whose first family goes first.
  AddressRace(const std::vector<Endpoint>& resolved, Duration delay);

  /// The address to try now, if it is time for one.
  std::optional<Endpoint> next(TimePoint now);
  /// An attempt has failed: the next address is due at once.
  void on_failed(ErrorCode error);

  /// When next() is to be asked again, if nothing fails before; nothing if no address is left.
  std::optional<TimePoint> due() const;
  /// Every address has failed, or there was none.
  bool is_lost() const { return started_ == addresses_.size() && failed_ == started_; }
  ErrorCode last_error() const { return last_error_; }

 private:
  std::vector<Endpoint> addresses_;
  Duration delay_;
  TimePoint due_{};
  std::size_t started_ = 0;
  std::size_t failed_ = 0;
  ErrorCode last_error_ = boost::asio::error::host_not_found;
};

}  // namespace parley::net
