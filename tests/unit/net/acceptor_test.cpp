#include "common/net/src/acceptor.hpp"

#ifdef __linux__
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Takes every descriptor that the process may still open, until its end.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlim_t highest = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
      highest = std::max<rlim_t>(highest, std::stoul(entry.path().filename().string()));
    rlimit low = before_;
    low.rlim_cur = highest + 1;
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (int one = ::open("/dev/null", O_RDONLY); one >= 0; one = ::open("/dev/null", O_RDONLY))
      taken_.push_back(one);
  }
  ~NoDescriptors() {
    for (const int one : taken_) ::close(one);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  void give_one_back() {
    ::close(taken_.back());
    taken_.pop_back();
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

class DescriptorsTest : public ServerFixture {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_ADDRESS__
    // It makes a pipe to find out whether it may look at an object, and takes a failure for a wrong object.
    GTEST_SKIP() << "the sanitizer's check of dynamic types needs descriptors";
#endif
  }
};

TEST_F(DescriptorsTest, ClosesConnectionsWhenNoneIsLeftAndGoesOnAfterwards) {
  start();
  RawClient first(loop_, address_), second(loop_, address_);
  {
    const NoDescriptors none;
    ASSERT_TRUE(loop_.run_until([&] { return first.ended() && second.ended(); }));
  }
  EXPECT_THAT(limits_, ElementsAre("descriptors 127.0.0.1", "descriptors 127.0.0.1"));
  EXPECT_THAT(talk_to_end("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), HasSubstr("GET / []"));
}

TEST_F(DescriptorsTest, ServesOneAfterTheOtherWithTheSpareWhereToldSo) {
  start({.serves_with_spare_descriptor = true});
  RawClient first(loop_, address_), second(loop_, address_);
  first.send("GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  second.send("GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const NoDescriptors none;
  EXPECT_TRUE(loop_.run_until([&] { return first.count("GET /1 []") == 1; }));
  EXPECT_TRUE(loop_.run_until([&] { return second.count("GET /2 []") == 1; }));
  EXPECT_TRUE(limits_.empty());
}

TEST_F(DescriptorsTest, AFreeOneIsForTheSpareThatIsMissingBeforeItIsForAConnection) {
  start();
  RawClient client(loop_, address_);
  NoDescriptors none;
  const SpareDescriptor of_another_part;  // which could not have it
  none.give_one_back();
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
  EXPECT_THAT(limits_, ElementsAre("descriptors 127.0.0.1"));
}

TEST(Descriptors, AreAllowedAsFarAsTheSystemDoes) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 100;
  ::setrlimit(RLIMIT_NOFILE, &low);
  EXPECT_EQ(allow_descriptors(50), 100u) << "never lowered";
  EXPECT_EQ(allow_descriptors(101), 101u);
  EXPECT_EQ(allow_descriptors(before.rlim_max), before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &low);
  EXPECT_EQ(allow_descriptors(std::size_t{1} << 62), before.rlim_max) << "more than there are";
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Descriptors, KeepAReserveBesideTheConnections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  std::size_t connections = limit.rlim_max - limits::kReservedDescriptors;
  EXPECT_EQ(fit_descriptors(connections), std::nullopt);
  EXPECT_EQ(connections, limit.rlim_max - limits::kReservedDescriptors);
  ++connections;
  const auto warning = fit_descriptors(connections);
  EXPECT_THAT(warning.value_or(""), HasSubstr("ulimit -n, to " + std::to_string(limit.rlim_max + 1)));
  EXPECT_EQ(connections, limit.rlim_max - limits::kReservedDescriptors);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace
}  // namespace parley::net::test
#endif
