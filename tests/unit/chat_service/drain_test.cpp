#include <gtest/gtest.h>

#include "chat_service/src/shell/receivers.hpp"
#include "common/base/limits.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/counting_stream.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using testing::CoreDriver;
using testing::CountingStream;
using testing::TestClient;

constexpr std::size_t kBytesPerSecond = 1'000'000;  // 8 Mbit/s
constexpr auto kTick = 50ms;

TEST(Drain, TheDefaultsLeaveAReceiverAt8MbitTimeToRead) {
  const auto a_second = Throttle{}.per_second * limits::kThrottledEventBytes;
  EXPECT_LT(a_second, 0.93 * kBytesPerSecond);
  const auto at_once = Throttle{}.burst * limits::kThrottledEventBytes;
  // The longest text and attributes, with the most that quoting makes of them.
  const std::size_t one_request = 6 * limits::kMessageBodyBytes + 2 * limits::kSmallAttributesBytes +
                                  2 * limits::kAttributesBytes + 64 * 1024;
  EXPECT_LT(at_once + one_request, limits::kSendQueueBytes);
}

struct Flood {
  const char* name;
  std::function<http::Request(const json::Value& room)> next;
};
void PrintTo(const Flood& flood, std::ostream* out) { *out << flood.name; }

std::string path_of(const json::Value& link) {
  const auto url = link.get<std::string>();
  return url.substr(url.find('/', url.find("://") + 3));
}

http::Request post(const std::string& path, std::string body) {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.body = std::move(body);
  return request;
}

Flood send_of(const char* name, std::string text) {
  return {name, [body = json::dump({{"body", text}, {"attributes", "{}"}})](const json::Value& room) {
            return post(path_of(room["links"]["messages"]), body);
          }};
}

const Flood kFloods[] = {
    send_of("short_texts", "x"),
    send_of("long_texts", std::string(limits::kMessageBodyBytes, 'x')),
    send_of("texts_to_be_quoted", std::string(limits::kMessageBodyBytes, '"')),
    send_of("texts_to_be_escaped", std::string(limits::kMessageBodyBytes, '\1')),
    {"attributes",
     [](const json::Value& room) {
       static int number = 0;
       const std::string text = std::string(limits::kAttributesBytes - 32, 'a') + std::to_string(++number);
       return post(path_of(room["url"]), json::dump({{"attributes", json::dump({{"a", text}})}}));
     }},
};

class Drained : public ::testing::TestWithParam<Flood> {
 protected:
  Drained() {
    alice_.add(room_, "bob");
    bob_.watch(sync::ObjectType::list, room_["sync_objects"]["messages"]);
    bob_.watch(sync::ObjectType::document, room_["sync_objects"]["conversation"]);
    bob_.watch(sync::ObjectType::map, bob_.sync_name("my_conversations"));
    driver_.advance(4s);
    driver_.take_frames(bob_.connection());
    receivers_.add(1, std::make_unique<CountingStream>(queued_), driver_.now());
  }

  /// Sends until it is refused.
  void send_all() {
    while (alice_.request(GetParam().next(room_)).status != 429) ++accepted_;
  }

  /// What came for Bob is queued for him, and he reads as fast as he can. True unless he was cut.
  bool deliver() {
    bool kept = true;
    for (const auto& frame : driver_.take_frames(bob_.connection()))
      kept = !receivers_.send(1, frame, driver_.now()) && kept;
    most_queued_ = std::max(most_queued_, queued_);
    const std::size_t read = kBytesPerSecond * kTick / 1s;
    queued_ -= std::min(queued_, read);
    return kept && receivers_.review(driver_.now()).empty();
  }

  CoreDriver driver_{{.throttle = Throttle{}}};
  TestClient alice_{driver_, "alice"}, bob_{driver_, "bob"};
  json::Value room_ = alice_.make_room();
  std::size_t queued_ = 0, most_queued_ = 0;
  int accepted_ = 0;
  Receivers receivers_{{.each = limits::kSendQueueBytes, .all = limits::kTotalQueueBytes}};
};

TEST_P(Drained, AReceiverAt8MbitIsNotCutByOneSender) {
  // Twice as long as it takes to read what may be sent at once.
  for (Duration passed{}; passed < 8s; passed += kTick) {
    send_all();
    ASSERT_TRUE(deliver()) << "after " << accepted_ << " requests";
    driver_.advance(kTick);
  }
  EXPECT_LT(most_queued_, limits::kSendQueueBytes);
  EXPECT_GT(accepted_, 40) << "the sender was not kept from sending";
}

INSTANTIATE_TEST_SUITE_P(Drain, Drained, ::testing::ValuesIn(kFloods),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace parley::chat_service
