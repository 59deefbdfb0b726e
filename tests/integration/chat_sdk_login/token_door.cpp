#include "tests/integration/chat_sdk_login/token_door.hpp"

#include <algorithm>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace parley::support {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::size_t body_size(const std::string& head) {
  const std::string name = "Content-Length: ";
  const auto at = head.find(name);
  return at == head.npos ? 0 : std::stoul(head.substr(at + name.size()));
}

asio::ip::tcp::endpoint loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

}  // namespace

TokenDoor::TokenDoor(std::uint16_t port)
    : server_(port), acceptor_(io_, loopback(0)), thread_([this] { serve(); }) {}

TokenDoor::~TokenDoor() {
  ended_ = true;
  release();
  error_code ignored;
  Socket(io_).connect(acceptor_.local_endpoint(), ignored);  // wakes it up
  thread_.join();
}

std::string TokenDoor::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

void TokenDoor::answer_next(std::string http) {
  const std::lock_guard lock(mutex_);
  plans_.push_back({Fate::answer, std::move(http)});
}

void TokenDoor::lose_next() {
  const std::lock_guard lock(mutex_);
  plans_.push_back({Fate::lose});
}

void TokenDoor::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void TokenDoor::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

std::vector<TokenDoor::Request> TokenDoor::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t TokenDoor::count(const std::string& path) const {
  const auto all = requests();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Request& request) {
    return request.head.starts_with("POST " + path + " ");
  }));
}

bool TokenDoor::wait_for(std::size_t requests) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return requests_.size() >= requests; });
}

void TokenDoor::serve() {
  while (!ended_) {
    Socket client(io_);
    error_code error;
    acceptor_.accept(client, error);
    if (!error && !ended_) serve_one(client);
  }
}

void TokenDoor::serve_one(Socket& client) {
  error_code error;
  std::string text;
  const auto head_size = asio::read_until(client, asio::dynamic_buffer(text), "\r\n\r\n", error);
  if (error) return;
  const auto size = head_size + body_size(text.substr(0, head_size));
  if (text.size() < size)
    asio::read(client, asio::dynamic_buffer(text), asio::transfer_exactly(size - text.size()), error);
  const Plan plan =
      note({text.substr(0, head_size), text.substr(head_size), std::chrono::steady_clock::now()});
  const std::string answer = plan.fate == Fate::answer ? plan.http : ask_server(text);
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
  }
  if (plan.fate != Fate::lose) asio::write(client, asio::buffer(answer), error);
}

TokenDoor::Plan TokenDoor::note(Request request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_all();
  if (plans_.empty()) return {};
  Plan plan = std::move(plans_.front());
  plans_.pop_front();
  return plan;
}

std::string TokenDoor::ask_server(const std::string& request) {
  Socket server(io_);
  error_code error;
  std::string answer;
  server.connect(loopback(server_), error);
  if (!error) asio::write(server, asio::buffer(request), error);
  if (!error) asio::read(server, asio::dynamic_buffer(answer), error);  // it closes behind its answer
  return answer;
}

}  // namespace parley::support
