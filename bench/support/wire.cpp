#include "bench/support/wire.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace parley::bench {

void fail(const std::string& what) {
  std::cerr << "bench: " << what << std::endl;
  std::_Exit(1);
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

sockaddr_in local_address(std::uint32_t last_byte, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000000u + last_byte);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

int connect_from(int source, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail(std::string("socket: ") + std::strerror(errno));
  const int on = 1;
  const auto from = local_address(static_cast<std::uint32_t>(source), 0);
  // The port is chosen when connecting, so that every target has its own range.
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
  const auto to = local_address(1, port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    fail(std::string("connect: ") + std::strerror(errno));
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

long resident_kib(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  fail("no such process: " + std::to_string(pid));
}

double busy_s(int pid) {
  double total = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream schedstat(task.path() / "schedstat");
    double nanoseconds = 0;
    if (schedstat >> nanoseconds) total += nanoseconds / 1e9;
  }
  return total;
}

Wire::Wire(Loop& loop, std::uint16_t port, int source) : loop_(loop), fd_(connect_from(source, port)) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
  if (::epoll_ctl(loop_.epoll_, EPOLL_CTL_ADD, fd_, &event) != 0) fail("epoll_ctl");
}

Wire::~Wire() { ::close(fd_); }

void Wire::send(std::string_view bytes) {
  out_.append(bytes);
  flush();
}

void Wire::flush() {
  if (out_.empty()) return;
  const auto sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN) return on_ended();
  out_.erase(0, sent < 0 ? 0 : static_cast<std::size_t>(sent));
  if (out_.empty() == !wants_to_write_) return;
  wants_to_write_ = !out_.empty();
  epoll_event event{.events = EPOLLIN | (wants_to_write_ ? EPOLLOUT : 0u), .data = {.ptr = this}};
  ::epoll_ctl(loop_.epoll_, EPOLL_CTL_MOD, fd_, &event);
}

void Wire::on_readable() {
  const auto size = ::recv(fd_, loop_.buffer_.data(), loop_.buffer_.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    ::epoll_ctl(loop_.epoll_, EPOLL_CTL_DEL, fd_, nullptr);
    return on_ended();
  }
  take({loop_.buffer_.data(), static_cast<std::size_t>(size)});
  flush();
}

void Wire::take(std::string_view fresh) {
  if (rest_.empty()) {
    fresh.remove_prefix(on_bytes(fresh));
    rest_.assign(fresh);
    return;
  }
  rest_.append(fresh);
  const auto taken = on_bytes(rest_);
  rest_.erase(0, taken);
}

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kReadBytes) {}

Loop::~Loop() { ::close(epoll_); }

void Loop::poll(int timeout_ms) {
  std::array<epoll_event, 512> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
  for (int i = 0; i < count; ++i) {
    auto& wire = *static_cast<Wire*>(events[static_cast<std::size_t>(i)].data.ptr);
    const auto what = events[static_cast<std::size_t>(i)].events;
    if (what & EPOLLOUT) wire.flush();
    if (what & ~static_cast<std::uint32_t>(EPOLLOUT)) wire.on_readable();
  }
}

void Loop::run_until(const std::function<bool()>& done, const char* what, double seconds) {
  const double end = now_s() + seconds;
  while (!done()) {
    poll(50);
    if (now_s() > end) fail(std::string("in vain: ") + what);
  }
}

}  // namespace parley::bench
