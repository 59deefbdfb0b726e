#include "bench/fan_out/peer.hpp"

namespace parley::bench {
namespace {

constexpr const char* kRoom = "fan@conference.localhost";

// Anonymous log-in, then into the room without its history.
class XmppWire final : public Wire {
 public:
  XmppWire(const FanOutSetup& setup, std::size_t number, bool counts)
      : Wire(setup.loop, setup.port), setup_(setup), number_(number), counts_(counts) {
    open_stream();
  }
  bool joined() const { return step_ == Step::joined; }
  std::size_t last_bytes() const { return last_bytes_; }

 protected:
  std::size_t on_bytes(std::string_view bytes) override {
    return step_ == Step::joined ? count_messages(bytes) : log_in(bytes);
  }

 private:
  enum class Step { authenticating, restarting, binding, joining, joined };

  void open_stream() {
    send(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' "
        "version='1.0'>");
  }

  std::size_t log_in(std::string_view bytes) {
    const auto has = [&](std::string_view text) { return bytes.find(text) != bytes.npos; };
    if (has("<failure") || has("type='error'")) fail("prosody: " + std::string(bytes));
    if (step_ == Step::authenticating && has("</stream:features>")) {
      if (!authenticating_) out() += "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
      authenticating_ = true;
      step_ = Step::restarting;
    } else if (step_ == Step::restarting && has("<success")) {
      step_ = Step::binding;
      open_stream();
    } else if (step_ == Step::binding && has("</stream:features>")) {
      out() += "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
      step_ = Step::joining;
    } else if (step_ == Step::joining && has("id='b'")) {
      out() += "<presence to='" + std::string(kRoom) + "/n" + std::to_string(number_) + (counts_ ? "" : "s") +
               "'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>";
    } else if (has("<subject")) {  // the last that a room says to somebody who joins
      step_ = Step::joined;
    } else {
      return 0;
    }
    return bytes.size();
  }

  std::size_t count_messages(std::string_view bytes) {
    constexpr std::string_view kEnd = "</message>";
    std::size_t taken = 0;
    for (auto at = bytes.find(kEnd); at != bytes.npos; at = bytes.find(kEnd, taken)) {
      last_bytes_ = at + kEnd.size() - taken;
      taken = at + kEnd.size();
      if (counts_) setup_.on_delivery(number_);
    }
    // What others say about their presence is not kept.
    constexpr std::string_view kStart = "<message";
    const auto start = bytes.find(kStart, taken);
    return start != bytes.npos ? start
                               : std::max(taken, bytes.size() - std::min(bytes.size(), kStart.size()));
  }

  const FanOutSetup& setup_;
  std::size_t number_;
  bool counts_;
  bool authenticating_ = false;
  std::size_t last_bytes_ = 0;
  Step step_ = Step::authenticating;
};

class ProsodyPeer final : public FanOutPeer {
 public:
  explicit ProsodyPeer(FanOutSetup setup) : setup_(std::move(setup)), sender_(setup_, 0, false) {
    wait(sender_);
    for (std::size_t i = 0; i < setup_.receivers; ++i) {
      receivers_.push_back(std::make_unique<XmppWire>(setup_, i, true));
      wait(*receivers_.back());
    }
    message_ = "<message type='groupchat' to='" + std::string(kRoom) + "'><body>" +
               std::string(setup_.message_bytes, 'x') + "</body></message>";
  }
  void publish() override { sender_.send(message_); }
  std::size_t delivery_bytes() const override { return receivers_.back()->last_bytes(); }

 private:
  void wait(XmppWire& wire) {
    setup_.loop.run_until([&] { return wire.joined(); }, "joining the room");
  }

  FanOutSetup setup_;
  XmppWire sender_;
  std::string message_;
  std::vector<std::unique_ptr<XmppWire>> receivers_;
};

}  // namespace

std::unique_ptr<FanOutPeer> make_prosody_peer(FanOutSetup setup) {
  return std::make_unique<ProsodyPeer>(std::move(setup));
}

}  // namespace parley::bench
