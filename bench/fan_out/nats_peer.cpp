#include <charconv>

#include "bench/fan_out/peer.hpp"

namespace parley::bench {
namespace {

class NatsWire final : public Wire {
 public:
  NatsWire(const FanOutSetup& setup, std::size_t number, std::string_view first_words)
      : Wire(setup.loop, setup.port), setup_(setup), number_(number) {
    send("CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\n" + std::string(first_words) +
         "PING\r\n");
  }
  bool ready() const { return ready_; }
  std::size_t last_bytes() const { return last_bytes_; }

 protected:
  std::size_t on_bytes(std::string_view bytes) override {
    std::size_t taken = 0;
    while (true) {
      const auto rest = bytes.substr(taken);
      const auto end = rest.find("\r\n");
      if (end == rest.npos) return taken;
      const auto line = rest.substr(0, end);
      std::size_t size = end + 2;
      if (line.starts_with("MSG ")) {
        std::size_t payload = 0;
        const auto* digits = line.data() + line.rfind(' ') + 1;
        std::from_chars(digits, line.data() + line.size(), payload);
        size += payload + 2;
        if (rest.size() < size) return taken;
        last_bytes_ = size;
        setup_.on_delivery(number_);
      } else if (line == "PING") {
        out() += "PONG\r\n";
      } else if (line == "PONG") {
        ready_ = true;
      } else if (line.starts_with("-ERR")) {
        fail("nats: " + std::string(line));
      }
      taken += size;
    }
  }

 private:
  const FanOutSetup& setup_;
  std::size_t number_;
  std::size_t last_bytes_ = 0;
  bool ready_ = false;
};

class NatsPeer final : public FanOutPeer {
 public:
  explicit NatsPeer(FanOutSetup setup) : setup_(std::move(setup)), sender_(setup_, 0, "") {
    for (std::size_t i = 0; i < setup_.receivers; ++i)
      receivers_.push_back(std::make_unique<NatsWire>(setup_, i, "SUB fan 1\r\n"));
    for (auto& receiver : receivers_)
      setup_.loop.run_until([&] { return receiver->ready(); }, "the subscription");
    message_ = "PUB fan " + std::to_string(setup_.message_bytes) + "\r\n" +
               std::string(setup_.message_bytes, 'x') + "\r\n";
  }
  void publish() override { sender_.send(message_); }
  std::size_t delivery_bytes() const override { return receivers_.back()->last_bytes(); }

 private:
  FanOutSetup setup_;
  NatsWire sender_;
  std::string message_;
  std::vector<std::unique_ptr<NatsWire>> receivers_;
};

}  // namespace

std::unique_ptr<FanOutPeer> make_nats_peer(FanOutSetup setup) {
  return std::make_unique<NatsPeer>(std::move(setup));
}

}  // namespace parley::bench
