#include "bench/fan_out/peer.hpp"
#include "bench/support/twilsock_wire.hpp"

namespace parley::bench {
namespace {

class Receiver final : public TwilsockWire {
 public:
  Receiver(const FanOutSetup& setup, std::size_t number)
      : TwilsockWire(setup.loop, setup.port, token_for("receiver" + std::to_string(number))),
        setup_(setup),
        number_(number) {}

  void subscribe(const std::string& list_sid) {
    request(
        "POST", "/v4/Subscriptions",
        R"({"event_protocol_version":4,"action":"establish","correlation_id":1,"retried_requests":0,"ttl_in_s":-1,)"
        R"("requests":[{"object_sid":")" +
            list_sid + R"(","object_type":"list","last_event_id":-1}]})",
        [](const Answer& answer) {
          if (answer.status != 202) fail("subscribe: " + std::string(answer.body));
        });
  }
  bool subscribed() const { return subscribed_; }

 protected:
  void on_notification(std::string_view packet) override {
    if (subscribed_) return setup_.on_delivery(number_);
    subscribed_ = packet.find("subscription_established") != packet.npos;
    if (!subscribed_) fail("not subscribed: " + std::string(packet));
  }

 private:
  const FanOutSetup& setup_;
  std::size_t number_;
  bool subscribed_ = false;
};

class ParleyPeer final : public FanOutPeer {
 public:
  explicit ParleyPeer(FanOutSetup setup)
      : setup_(std::move(setup)), sender_(setup_.loop, setup_.port, token_for("sender")) {
    wait([this] { return sender_.ready(); }, "the sender's init");
    make_conversation();
    body_ = R"({"body":")" + std::string(setup_.message_bytes, 'x') + R"(","attributes":"{}"})";
    messages_ = conversation_ + "/Messages";
    for (std::size_t i = 0; i < setup_.receivers; ++i)
      receivers_.push_back(std::make_unique<Receiver>(setup_, i));
    for (auto& receiver : receivers_) wait([&] { return receiver->ready(); }, "init");
    for (auto& receiver : receivers_) receiver->subscribe(list_sid_);
    for (auto& receiver : receivers_) wait([&] { return receiver->subscribed(); }, "the subscription");
  }

  void publish() override {
    sender_.request("POST", messages_, body_, [](const TwilsockWire::Answer& answer) {
      if (answer.status != 201) fail("send: " + std::string(answer.body));
    });
  }

  std::size_t delivery_bytes() const override { return receivers_.back()->last_frame_bytes(); }

 private:
  void wait(const std::function<bool()>& done, const char* what) { setup_.loop.run_until(done, what); }

  std::string ask(std::string_view method, const std::string& path, const std::string& body) {
    std::string got;
    bool done = false;
    sender_.request(method, path, body, [&](const TwilsockWire::Answer& answer) {
      if (answer.status / 100 != 2) fail(path + ": " + std::string(answer.body));
      got = answer.body;
      done = true;
    });
    wait([&] { return done; }, path.c_str());
    return got;
  }

  void make_conversation() {
    const std::string all = "/Client/v2/Services/" + std::string(kServiceSid) + "/Conversations";
    const std::string sid = member(ask("POST", all, "{}"), "sid");
    conversation_ = all + "/" + sid;
    add("sender");
    // One after the other: a burst would meet the throttle.
    for (std::size_t i = 0; i < setup_.receivers; ++i) add("receiver" + std::to_string(i));
    list_sid_ = member(ask("GET", "/v3/Lists/" + sid + ".messages", ""), "sid");
  }

  void add(const std::string& identity) {
    ask("POST", conversation_ + "/Participants", R"({"identity":")" + identity + R"("})");
  }

  FanOutSetup setup_;
  TwilsockWire sender_;
  std::string conversation_, messages_, list_sid_, body_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
};

}  // namespace

std::unique_ptr<FanOutPeer> make_parley_peer(FanOutSetup setup) {
  return std::make_unique<ParleyPeer>(std::move(setup));
}

}  // namespace parley::bench
