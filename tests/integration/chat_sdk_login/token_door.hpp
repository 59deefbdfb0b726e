#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace parley::support {

/// Stands in front of a token server: hands each request on and its answer back, unless a test says
/// otherwise.
class TokenDoor {
 public:
  /// `port`: of the server behind, on 127.0.0.1; 0: there is none.
  explicit TokenDoor(std::uint16_t port = 0);
  ~TokenDoor();

  std::string url() const;

  /// What becomes of the next requests, one after the other.
  void answer_next(std::string http);  ///< with this, and the server is not asked
  void lose_next();                    ///< it is handed on, and the answer never comes back
  /// No answer goes back until release().
  void hold();
  void release();

  struct Request {
    std::string head;  ///< request line and headers
    std::string body;
    std::chrono::steady_clock::time_point at;
  };
  std::vector<Request> requests() const;
  /// How many there were of that path.
  std::size_t count(const std::string& path) const;
  /// Waits until there are so many in all. False after ten seconds.
  bool wait_for(std::size_t requests) const;

 private:
  using Socket = boost::asio::ip::tcp::socket;
  enum class Fate { hand_on, answer, lose };
  struct Plan {
    Fate fate = Fate::hand_on;
    std::string http{};
  };

  void serve();
  void serve_one(Socket& client);
  Plan note(Request request);
  std::string ask_server(const std::string& request);

  const std::uint16_t server_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Plan> plans_;
  std::vector<Request> requests_;
  bool held_ = false;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace parley::support
