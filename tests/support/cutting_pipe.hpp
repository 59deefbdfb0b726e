#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace parley::support {

/// A pipe to a server on this machine, on a thread of its own, whose connections break as a test wants.
class CuttingPipe {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  /// Of one connection: after so many bytes in one of the two directions.
  struct Plan {
    std::uint64_t up = kNever;
    std::uint64_t down = kNever;
    bool holds = false;  ///< nothing passes any more, instead of a cut
  };
  /// Asked on the pipe's thread, with the first bytes that the client sends: the head of a request.
  using Planner = std::function<Plan(const std::string& head)>;

  CuttingPipe();
  ~CuttingPipe();

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// A port of this machine. Before the first connection.
  void set_target(std::uint16_t port) { target_ = port; }
  void set_plan(Planner planner);
  /// Of the connections so far.
  std::vector<std::string> heads() const;
  /// Those whose head has `words` in it.
  std::size_t count(const std::string& words) const;
  /// How many were cut or held.
  int breaks() const { return breaks_; }
  /// Ends every connection, with a reset.
  void cut_all();

 private:
  class Connection;
  void accept();
  Plan plan(const std::string& head);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::uint16_t port_ = 0;
  std::atomic<std::uint16_t> target_{0};
  std::atomic<int> breaks_{0};
  mutable std::mutex mutex_;
  Planner planner_;
  std::vector<std::string> heads_;
  std::vector<std::weak_ptr<Connection>> connections_;  ///< on the thread
  std::thread thread_;
};

}  // namespace parley::support
