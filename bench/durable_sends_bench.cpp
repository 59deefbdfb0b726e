// How many sends per second does the service acknowledge, each after its commit?
//
// usage: durable_sends_bench PORT SENDERS SECONDS
// Raw clients on one thread, each with a conversation of its own and one send in flight. Prints one line:
// ACKNOWLEDGED_PER_SECOND P50_MS P99_MS.

#include <algorithm>
#include <iostream>
#include <memory>

#include "bench/support/twilsock_wire.hpp"

namespace {

using namespace parley::bench;

// Sends the next message when the last one was acknowledged, until told to stop.
class Sender {
 public:
  Sender(Loop& loop, std::uint16_t port, int number)
      : loop_(loop), identity_("sender" + std::to_string(number)), wire_(loop, port, token_for(identity_)) {
    loop_.run_until([this] { return wire_.ready(); }, "init");
    conversations_ = "/Client/v2/Services/" + std::string(kServiceSid) + "/Conversations";
    const auto sid = member(ask(conversations_, "{}"), "sid");
    ask(conversations_ + "/" + sid + "/Participants", R"({"identity":")" + identity_ + R"("})");
    messages_ = conversations_ + "/" + sid + "/Messages";
  }

  void send() {
    const double start = now_s();
    wire_.request("POST", messages_,
                  R"({"body":"a message of a usual length, say sixty bytes of plain text."})",
                  [this, start](const TwilsockWire::Answer& answer) {
                    if (answer.status != 201) fail("send: " + std::string(answer.body));
                    if (counting) latencies_ms.push_back((now_s() - start) * 1000);
                    send();
                  });
  }

  bool counting = false;
  std::vector<double> latencies_ms;

 private:
  std::string ask(const std::string& path, const std::string& body) {
    std::string got;
    wire_.request("POST", path, body, [&](const TwilsockWire::Answer& answer) {
      if (answer.status != 201) fail(path + ": " + std::string(answer.body));
      got = answer.body;
    });
    loop_.run_until([&] { return !got.empty(); }, path.c_str());
    return got;
  }

  Loop& loop_;
  std::string identity_, conversations_, messages_;
  TwilsockWire wire_;
};

void run(Loop& loop, double seconds) {
  for (const double end = now_s() + seconds; now_s() < end;) loop.poll(100);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: durable_sends_bench PORT SENDERS SECONDS");
  Loop loop;
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < std::stoi(argv[2]); ++i)
    senders.push_back(std::make_unique<Sender>(loop, static_cast<std::uint16_t>(std::stoi(argv[1])), i));
  for (auto& sender : senders) sender->send();
  run(loop, 1);  // warm
  for (auto& sender : senders) sender->counting = true;
  const double start = now_s();
  run(loop, std::stod(argv[3]));
  const double elapsed = now_s() - start;

  std::vector<double> latencies;
  for (const auto& sender : senders)
    latencies.insert(latencies.end(), sender->latencies_ms.begin(), sender->latencies_ms.end());
  if (latencies.empty()) fail("nothing was acknowledged");
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    return latencies[static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1))];
  };
  std::cout << static_cast<long>(static_cast<double>(latencies.size()) / elapsed) << ' ' << at(0.5) << ' '
            << at(0.99) << std::endl;
  std::_Exit(0);  // the last sends are still in flight; their outcome is not measured
}
