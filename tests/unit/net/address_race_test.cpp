#include "common/net/src/address_race.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class AddressRaceTest : public testing::Test {
 protected:
  static AddressRace race_of(const std::vector<std::string>& addresses, Duration delay = 250ms) {
    std::vector<AddressRace::Endpoint> endpoints;
    for (const auto& address : addresses) endpoints.emplace_back(boost::asio::ip::make_address(address), 80);
    return AddressRace(endpoints, delay);
  }
  /// The address that is tried now; "" if none is.
  std::string next(AddressRace& race) const {
    const auto endpoint = race.next(now_);
    return endpoint ? endpoint->address().to_string() : "";
  }
  /// All, each failing at once.
  std::vector<std::string> order(AddressRace race) const {
    std::vector<std::string> tried;
    for (auto address = next(race); !address.empty(); address = next(race)) {
      tried.push_back(address);
      race.on_failed(boost::asio::error::connection_refused);
    }
    return tried;
  }

  TimePoint now_{1h};
};

TEST_F(AddressRaceTest, TheFamiliesAlternateAndTheFirstOfTheResolverGoesFirst) {
  EXPECT_THAT(order(race_of({"::1", "::2", "::3", "10.0.0.1"})),
              ElementsAre("::1", "10.0.0.1", "::2", "::3"));
  EXPECT_THAT(order(race_of({"10.0.0.1", "10.0.0.2", "::1", "::2"})),
              ElementsAre("10.0.0.1", "::1", "10.0.0.2", "::2"));
  EXPECT_THAT(order(race_of({"10.0.0.1", "10.0.0.2"})), ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(AddressRaceTest, TheNextGoesAfterTheDelayAndTheFirstGoesOn) {
  auto race = race_of({"::1", "10.0.0.1"});
  EXPECT_EQ(next(race), "::1");
  EXPECT_EQ(race.due(), now_ + 250ms);
  now_ += 249ms;
  EXPECT_EQ(next(race), "");
  now_ += 1ms;
  EXPECT_EQ(next(race), "10.0.0.1");
  EXPECT_FALSE(race.due()) << "none is left";
  EXPECT_FALSE(race.is_lost()) << "two are under way";
}

TEST_F(AddressRaceTest, AFailureMakesTheNextDueAtOnce) {
  auto race = race_of({"::1", "10.0.0.1", "::2"});
  EXPECT_EQ(next(race), "::1");
  race.on_failed(boost::asio::error::network_unreachable);
  EXPECT_LE(race.due().value(), now_);
  EXPECT_EQ(next(race), "10.0.0.1");
  EXPECT_EQ(next(race), "") << "one at a time";
  EXPECT_EQ(race.due(), now_ + 250ms);
}

TEST_F(AddressRaceTest, IsLostWhenAllHaveFailedAndKeepsTheLastError) {
  auto race = race_of({"::1", "10.0.0.1"});
  next(race);
  race.on_failed(boost::asio::error::network_unreachable);
  EXPECT_FALSE(race.is_lost()) << "one is left";
  next(race);
  EXPECT_FALSE(race.is_lost());
  race.on_failed(boost::asio::error::connection_refused);
  EXPECT_TRUE(race.is_lost());
  EXPECT_EQ(race.last_error(), boost::asio::error::connection_refused);
}

TEST_F(AddressRaceTest, ANameWithoutAddressesIsLostAtOnce) {
  auto race = race_of({});
  EXPECT_TRUE(race.is_lost());
  EXPECT_EQ(next(race), "");
  EXPECT_FALSE(race.due());
  EXPECT_TRUE(race.last_error());
}

TEST_F(AddressRaceTest, TriesNoMoreThanItsLimitAndForgetsNoFamily) {
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back("10.0.0." + std::to_string(i));
  many.push_back("::1");
  const auto tried = order(race_of(many));
  EXPECT_EQ(tried.size(), AddressRace::kMaxAddresses);
  EXPECT_EQ(tried[1], "::1");
}

}  // namespace
}  // namespace parley::net
