#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/net/http_client.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/net/dead_address.hpp"
#include "tests/unit/net/server_fixture.hpp"

/// Dead addresses behind names, in a network of their own where it may be made: a device that swallows what
/// is sent, and names that lead there first. The test starts itself again inside.
namespace parley::net::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

constexpr const char* kInside = "PARLEY_TEST_DEAD_NETWORK";
constexpr int kCannotBeMade = 77;

/// "both.test" has a dead IPv6 address and 127.0.0.1. With the other addresses the resolver takes the machine
/// for one with IPv6 and IPv4.
constexpr const char* kMakeNetwork = R"sh(
mount --bind "$1" /etc/hosts &&
ip link set lo up &&
{ ip link add dead type dummy 2>/dev/null || ip link add dead type ifb; } &&
ip addr add 10.99.0.1/24 dev dead &&
ip -6 addr add fd99::1/64 dev dead nodad &&
ip link set dead up || exit 77
exec "$2" --gtest_brief=1 '--gtest_filter=InADeadNetwork.*'
)sh";

TEST(DeadAddress, CostsAtMostThreeTenthsOfASecond) {
  if (std::getenv(kInside)) GTEST_SKIP() << "inside already";
  for (const char* program : {"/usr/bin/unshare", "/bin/ip"})
    if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is not installed";
  const parley::testing::TemporaryFile place;
  const std::string hosts = place.directory() / "hosts";
  std::ofstream(hosts) << "127.0.0.1 localhost\n::1 localhost\nfd99::2 both.test\n127.0.0.1 both.test\n";
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  ::setenv(kInside, "1", 1);
  support::ChildProcess inside({"/usr/bin/unshare", "--user", "--map-root-user", "--net", "--mount",
                                "/bin/sh", "-c", kMakeNetwork, "sh", hosts, self});
  ::unsetenv(kInside);
  const auto code = inside.exit_code();
  const auto output = inside.rest_of_output() + inside.error_output();
  ASSERT_TRUE(code) << output;
  if (*code == kCannotBeMade || output.starts_with("unshare:"))
    GTEST_SKIP() << "no network of its own can be made here: " << output;
  EXPECT_EQ(*code, 0) << output;
  EXPECT_NE(output.find("[  PASSED  ] 2 tests."), std::string::npos) << output;
}

class InADeadNetwork : public ServerFixture {
 protected:
  void SetUp() override {
    if (!std::getenv(kInside)) GTEST_SKIP() << "DeadAddress starts it";
    start();
  }
  /// The best of three: a busy machine may be late once.
  void expect_quick(const std::string& host) {
    tcp::resolver resolver(loop_.executor());
    const auto addresses = resolver.resolve(host, std::to_string(address_.port));
    ASSERT_EQ(addresses.size(), 2u);
    ASSERT_TRUE(addresses.begin()->endpoint().address().is_v6()) << "the dead one is to be tried first";
    Duration best = 1h;
    for (int i = 0; i < 3; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      std::optional<Result<http::Response>> answer;
      const auto pending = http_call(
          loop_.executor(),
          {.url = {.scheme = "http", .host = host, .port = address_.port, .target = "/"}, .timeout = 5s},
          [&](auto outcome) { answer = std::move(outcome); });
      ASSERT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
      ASSERT_TRUE(*answer) << answer->error().to_string();
      best = std::min(best, std::chrono::steady_clock::now() - begun);
    }
    EXPECT_LE(best, 300ms) << std::chrono::duration_cast<std::chrono::milliseconds>(best).count() << " ms";
    EXPECT_GE(best, 250ms) << "the dead one was not tried";
  }
};

TEST_F(InADeadNetwork, ANameWithABlackHole) { expect_quick("both.test"); }

TEST_F(InADeadNetwork, LocalhostWithADeadIpv6) {
  DeadAddress dead(loop_, {boost::asio::ip::address_v6::loopback(), address_.port});
  expect_quick("localhost");
}

}  // namespace
}  // namespace parley::net::test
