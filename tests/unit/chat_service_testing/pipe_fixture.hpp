#pragma once
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/testing/faulty_pipe.hpp"
#include "common/net/in_process.hpp"
#include "tests/support/virtual_loop.hpp"

namespace parley::testing {

/// A connection as one of its sides sees it.
struct Side {
  virtual ~Side() = default;
  virtual void send(std::string bytes) = 0;
  virtual void close() = 0;
  virtual void ping() = 0;
  std::string received{};
  int inputs = 0;          ///< of a side in this process
  bool has_ended = false;  ///< by the other side
};

enum class Form { in_process, relay };

/// A pipe of either form, and a service behind it that does nothing. Everything else is on the loop.
class PipeTest : public ::testing::TestWithParam<Form> {
 protected:
  PipeTest();

  /// Null: refused.
  std::unique_ptr<Side> connect();
  /// A client's side, and the service's.
  struct Connection {
    std::unique_ptr<Side> client;
    Side* service = nullptr;
  };
  Connection connect_through();
  /// What is under way has arrived, or never will.
  void settle();
  bool is_relay() const { return GetParam() == Form::relay; }

  ManualClock time_;
  VirtualLoop loop_{time_};
  std::vector<std::unique_ptr<Side>> accepted_;  ///< the service's sides
  std::optional<FaultyPipe> pipe_;

 private:
  void accept();

  std::shared_ptr<net::InProcessAcceptor> service_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace parley::testing
