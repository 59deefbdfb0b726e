#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/core_driver.hpp"

using namespace parley;
using namespace parley::testing;

namespace {

/// A client of the oldest kind in a channel with messages.
class World {
 public:
  World() {
    bob_.say(room_, "hello");
    list_ =
        alice_.post("/v3/Lists", {{"purpose", "com.twilio.rtd.ipmsg"}, {"context", json::Value::object()}})
            .body;
    alice_.subscribe({{list_["sid"], sync::ObjectType::list, 1}});
  }

  /// True if the post was taken and its command answered, or if it was refused as malformed.
  bool is_answered(std::string_view command) {
    http::Request request;
    request.method = "POST";
    request.path =
        "/v3/Services/" + std::string(kServiceSid) + "/Lists/" + list_["sid"].get<std::string>() + "/Items";
    request.body = R"({"data":{"commandId":"c","request":)" + std::string(command) + "}}";
    alice_.take_notes();
    const auto posted = alice_.request(std::move(request));
    if (posted.status == 400) return true;
    return posted.status == 201 && has_answer();
  }

 private:
  bool has_answer() {
    for (const auto& event : alice_.take_events()) {
      if (event.object_sid != list_["sid"]) continue;
      const auto item = json::parse(event.data);
      return item && item->at("response").at("status").is_number_integer();
    }
    return false;
  }

  CoreDriver driver_;
  TestClient alice_{driver_, "alice"};
  TestClient bob_{driver_, "bob"};
  json::Value room_ = [this] {
    auto room = bob_.make_room({{"unique_name", "room"}});
    bob_.add(room, "alice");
    return room;
  }();
  json::Value list_;
};

constexpr int kRunsOfAWorld = 200;  // what commands made stays in it

}  // namespace

// Any bytes as a command: the service answers it, or refuses the post, and stands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<World> world;
  static int runs = 0;
  if (runs++ % kRunsOfAWorld == 0) world = std::make_unique<World>();
  if (!world->is_answered({reinterpret_cast<const char*>(data), size})) __builtin_trap();
  return 0;
}
