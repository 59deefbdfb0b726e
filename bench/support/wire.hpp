#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Raw clients for the measurements: one thread, one epoll, as little work per byte as possible, the same for
/// every server that is compared. A failure ends the program: a number measured beside an error is worth
/// nothing.
namespace parley::bench {

[[noreturn]] void fail(const std::string& what);

class Loop;

/// A connected blocking socket from 127.0.0.`source` to 127.0.0.1.
int connect_from(int source, std::uint16_t port);

/// One TCP connection of a loop. Destroy it before the loop.
class Wire {
 public:
  /// Connects to 127.0.0.1, waiting for it. `source` is the last byte of the address 127.0.0.x to come from:
  /// one address has ports for some 28,000 connections only.
  Wire(Loop& loop, std::uint16_t port, int source = 1);
  virtual ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Sends what is queued and `bytes`, now if the system takes it.
  void send(std::string_view bytes);
  /// Goes out behind the on_bytes() that is running.
  std::string& out() { return out_; }
  void flush();
  int fd() const { return fd_; }

 protected:
  /// Takes whole units from the front of `bytes` and says how many bytes that were.
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  virtual void on_ended() { fail("the server ended a connection"); }

 private:
  friend class Loop;
  void on_readable();
  void take(std::string_view fresh);

  Loop& loop_;
  int fd_ = -1;
  bool wants_to_write_ = false;
  std::string rest_;  // read, not yet whole
  std::string out_;
};

class Loop {
 public:
  Loop();
  ~Loop();
  /// Handles what is ready; waits for it up to `timeout_ms`.
  void poll(int timeout_ms);
  /// Fails after `seconds`.
  void run_until(const std::function<bool()>& done, const char* what, double seconds = 60);

 private:
  friend class Wire;
  int epoll_ = -1;
  std::vector<char> buffer_;
};

double now_s();  ///< steady

/// Of another process: resident memory in KiB, and time of its threads on a processor in seconds.
long resident_kib(int pid);
double busy_s(int pid);

}  // namespace parley::bench
