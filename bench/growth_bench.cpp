// Does it get slower as data grow? Median latencies of one client that asks one thing after the other.
//
// usage: growth_bench PORT messages|channels COUNT...
// `messages`: so many messages in one conversation. `channels`: so many conversations of one user, each with
// a message. For each count (ascending) a line: COUNT SEND_MS PAGE_MS UNREAD_MS. A page is 50 items, messages
// or conversations; unread is what the client reads of one conversation: resource with the count of unread
// messages.

#include <algorithm>
#include <iostream>

#include "bench/support/chat_client.hpp"

namespace {

using namespace parley::bench;

constexpr int kSamples = 200;
constexpr std::size_t kInFlight = 64;

template <class Work>
double median_ms(Work work) {
  std::vector<double> samples;
  for (int i = 0; i < kSamples; ++i) {
    const double start = now_s();
    work();
    samples.push_back((now_s() - start) * 1000);
  }
  std::nth_element(samples.begin(), samples.begin() + kSamples / 2, samples.end());
  return samples[kSamples / 2];
}

class Growth {
 public:
  Growth(Loop& loop, std::uint16_t port) : loop_(loop), client_(loop, port, "grower") {
    client_.await_ready();
    user_ = member(client_.ask("GET", "/Client/v2/Configuration"), "user_sid");
    conversation_ = client_.make_conversation();
    list_ = member(client_.ask("GET", "/v3/Lists/" + conversation_ + ".messages"), "sid");
  }

  void grow_messages(int count) {
    for (; messages_ < count; ++messages_) {
      client_.tell("POST", messages_of(conversation_), kMessage);
      loop_.run_until([this] { return client_.waiting() < kInFlight; }, "the answers");
    }
    client_.await_answers();
  }

  void grow_channels(int count) {
    for (; channels_ < count; ++channels_)
      client_.tell("POST", messages_of(client_.make_conversation()), kMessage);
    client_.await_answers();
  }

  void measure(int count, bool pages_of_messages) {
    const auto mine = service_path() + "/Users/" + user_ + "/Conversations";
    const auto items = "/v3/Services/" + std::string(kServiceSid) + "/Lists/" + list_ + "/Items";
    const auto page = pages_of_messages ? items : mine;
    const auto params = pages_of_messages ? R"({"PageSize":"50","Order":"desc"})" : R"({"PageSize":"50"})";
    const double send = median_ms([&] { client_.ask("POST", messages_of(conversation_), kMessage); });
    const double read = median_ms([&] { client_.ask("GET", page, "", params); });
    const double unread = median_ms([&] { client_.ask("GET", mine + "/" + conversation_); });
    std::cout << count << ' ' << send << ' ' << read << ' ' << unread << std::endl;
  }

 private:
  static constexpr const char* kMessage =
      R"({"body":"a message of a usual length, say sixty bytes of plain text."})";

  static std::string messages_of(const std::string& conversation) {
    return service_path() + "/Conversations/" + conversation + "/Messages";
  }

  Loop& loop_;
  ChatClient client_;
  std::string user_, conversation_, list_;
  int messages_ = 0, channels_ = 1;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) fail("usage: growth_bench PORT messages|channels COUNT...");
  const bool messages = std::string(argv[2]) == "messages";
  Loop loop;
  Growth growth(loop, static_cast<std::uint16_t>(std::stoi(argv[1])));
  for (int i = 3; i < argc; ++i) {
    const int count = std::stoi(argv[i]);
    messages ? growth.grow_messages(count) : growth.grow_channels(count);
    growth.measure(count, messages);
  }
  std::_Exit(0);
}
