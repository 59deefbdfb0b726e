#pragma once
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "tests/unit/net/loop.hpp"

namespace parley::net::test {

/// An address that takes no connection and refuses none: its queue is full, and nobody accepts. The system
/// drops what asks for more, as a firewall does.
class DeadAddress {
 public:
  DeadAddress(Loop& loop, const boost::asio::ip::tcp::endpoint& at) : acceptor_(loop.executor()) {
    acceptor_.open(at.protocol());
    acceptor_.set_option(boost::asio::ip::tcp::acceptor::reuse_address(true));
    acceptor_.bind(at);
    acceptor_.listen(0);
    const auto taken = std::make_shared<int>(0);
    for (int i = 0; i < 4; ++i) {
      fillers_.push_back(std::make_unique<boost::asio::ip::tcp::socket>(loop.executor()));
      fillers_.back()->async_connect(acceptor_.local_endpoint(), [taken](boost::system::error_code error) {
        if (!error) ++*taken;
      });
    }
    EXPECT_TRUE(loop.run_until([&] { return *taken > 0; }));
    loop.context().run_for(std::chrono::milliseconds(50));  // the others are dropped by now, or were taken
  }
  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<boost::asio::ip::tcp::socket>> fillers_;
};

}  // namespace parley::net::test
