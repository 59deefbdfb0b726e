#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

/// Many connections that say nothing.
class Crowd {
 public:
  ~Crowd() {
    for (const int socket : sockets_) ::close(socket);
  }
  void grow(const net::Url& to, int count) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    ASSERT_EQ(::inet_pton(AF_INET, to.host.c_str(), &address.sin_addr), 1);
    for (int i = 0; i < count; ++i) {
      sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      ASSERT_EQ(::connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
  }

 private:
  std::vector<int> sockets_;
};

class Descriptors : public FaultTest {
 protected:
  Descriptors() { config_["chat_service"]["metrics_listen"] = "127.0.0.1:0"; }
  void start_with_metrics(const std::vector<std::string>& wrapper = {}) {
    start(wrapper);
    metrics_ = url_in(service().read_line().value_or("nothing"), "chat_service metrics on ");
  }
  int probe() const { return ask(metrics_, "/readyz").status; }

  /// No descriptor beyond those that are open: what is free below the highest is all that is left.
  void take_descriptors() {
    int highest = 0;
    const auto open = "/proc/" + std::to_string(service().pid()) + "/fd";
    for (const auto& entry : std::filesystem::directory_iterator(open))
      highest = std::max(highest, std::stoi(entry.path().filename().string()));
    ASSERT_EQ(::prlimit(service().pid(), RLIMIT_NOFILE, nullptr, &before_), 0);
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(highest) + 1;
    ASSERT_EQ(::prlimit(service().pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  }
  void give_descriptors_back() { ASSERT_EQ(::prlimit(service().pid(), RLIMIT_NOFILE, &before_, nullptr), 0); }

  net::Url metrics_;
  rlimit before_{};
};

TEST_F(Descriptors, TheStartSaysThatTheLimitIsTooLow) {
  start_with_metrics({"/usr/bin/prlimit", "--nofile=200:200"});
  EXPECT_TRUE(log_says("limits.max_connections is"));
  const auto alice = person("alice");
  Crowd crowd;
  crowd.grow(url(), 300);
  const auto sent = alice->send("in the crowd");
  EXPECT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(probe(), 200);
}

TEST_F(Descriptors, WithoutOneProbesAndCommandsAreAnsweredAndWhoIsConnectedIsServed) {
  start_with_metrics();
  const auto alice = person("alice");
  take_descriptors();
  {
    Crowd crowd;
    crowd.grow(url(), 50);
    const auto sent = alice->send("in the crowd");
    EXPECT_TRUE(sent) << sent.error().to_string();
    EXPECT_EQ(probe(), 200);
    const auto deleted = run({"--database", database(), "channel", "delete", "room"});
    EXPECT_EQ(deleted.code, 0) << deleted.err;
    EXPECT_EQ(probe(), 200);
  }
  give_descriptors_back();
  const auto bob = person("bob");
  const auto sent = bob->send("after the crowd");
  EXPECT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(stop_service(), 0);
}

}  // namespace
}  // namespace parley::faults
