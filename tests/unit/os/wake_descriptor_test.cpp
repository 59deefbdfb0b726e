#include "common/os/wake_descriptor.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace parley {
namespace {

bool is_readable(int fd) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, 0) == 1;
}

TEST(WakeDescriptor, IsReadableWhileItIsSet) {
  const auto wake = WakeDescriptor::open();
  ASSERT_TRUE(wake);
  EXPECT_FALSE(is_readable(wake->fd()));
  wake->set();
  wake->set();
  EXPECT_TRUE(is_readable(wake->fd()));
  wake->clear();
  EXPECT_FALSE(is_readable(wake->fd()));
  wake->clear();
}

TEST(WakeDescriptor, NeverBlocksHoweverOftenItIsSet) {
  const auto wake = WakeDescriptor::open();
  ASSERT_TRUE(wake);
  for (int i = 0; i < 100'000; ++i) wake->set();
  wake->clear();
  EXPECT_FALSE(is_readable(wake->fd()));
}

TEST(WakeDescriptor, IsClosedOnExecAndWithItsOwner) {
  int fd = -1;
  {
    auto wake = WakeDescriptor::open();
    ASSERT_TRUE(wake);
    fd = wake->fd();
    EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    const WakeDescriptor moved = std::move(*wake);
    EXPECT_EQ(moved.fd(), fd);
  }
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(WakeDescriptor, SaysSoWhereNoDescriptorsAreLeft) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ::close(next);
  const rlimit none{static_cast<rlim_t>(next), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto wake = WakeDescriptor::open();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(wake);
  EXPECT_EQ(wake.error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace parley
