#include "common/net/src/address_race.hpp"

#include <boost/asio/error.hpp>

namespace parley::net {
namespace {

using Endpoints = std::vector<AddressRace::Endpoint>;

Endpoints alternate(const Endpoints& resolved) {
  if (resolved.empty()) return {};
  const bool first_is_v6 = resolved.front().address().is_v6();
  Endpoints families[2];
  for (const auto& endpoint : resolved)
    families[endpoint.address().is_v6() == first_is_v6 ? 0 : 1].push_back(endpoint);
  Endpoints mixed;
  for (std::size_t i = 0; i < resolved.size(); ++i)
    for (const auto& family : families)
      if (i < family.size() && mixed.size() < AddressRace::kMaxAddresses) mixed.push_back(family[i]);
  return mixed;
}

}  // namespace

AddressRace::AddressRace(const std::vector<Endpoint>& resolved, Duration delay)
    : addresses_(alternate(resolved)), delay_(delay), due_(TimePoint::min()) {}

std::optional<AddressRace::Endpoint> AddressRace::next(TimePoint now) {
  if (started_ == addresses_.size() || now < due_) return std::nullopt;
  due_ = now + delay_;
  return addresses_[started_++];
}

void AddressRace::on_failed(ErrorCode error) {
  ++failed_;
  last_error_ = error;
  due_ = TimePoint::min();
}

std::optional<TimePoint> AddressRace::due() const {
  if (started_ == addresses_.size()) return std::nullopt;
  return due_;
}

}  // namespace parley::net
