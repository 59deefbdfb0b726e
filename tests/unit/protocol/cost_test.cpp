#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "common/protocol/conversations/resources.hpp"
#include "common/protocol/sync/event.hpp"
#include "common/protocol/twilsock/frame.hpp"
#include "common/protocol/twilsock/packet.hpp"
#include "tests/support/cost.hpp"
#include "tests/support/hostile_json.hpp"

namespace parley {
namespace {

using namespace parley::testing;

/// A packet with a header of so many bytes, `value` being a member of it or of its request.
std::string packet(std::string_view method, std::string_view member, const std::string& value) {
  return twilsock::join_frame(R"({"id":"TM1","method":")" + std::string(method) +
                                  R"(","token":"t","http_request":{"path":"/","method":"GET",")" +
                                  std::string(member) + "\":" + value + "},\"" + std::string(member) +
                                  "\":" + value + "}",
                              "", false);
}

template <class Read>
void expect_linear(Read read, const std::string& worst, const std::string& plain) {
  const Cost cost = compare_cost([&] { read(worst); }, [&] { read(plain); });
  EXPECT_LT(cost.times(), kMostTimesAsMuch) << cost;
}

TEST(PacketCost, NoHeaderCostsMoreThanAMultipleOfAPlainOne) {
  const auto read = [](const std::string& bytes) { (void)twilsock::decode(bytes); };
  constexpr std::size_t kHalf = limits::kPacketHeaderBytes / 2 - 256;
  for (const char* member : {"params", "headers", "metadata", "registrations", "capabilities", "x"}) {
    SCOPED_TRACE(member);
    const auto plain = packet("message", member, plain_text(kHalf));
    for (const char* method : {"message", "init", "reply"})
      for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths})
        expect_linear(read, packet(method, member, make(kHalf)), plain);
  }
}

// As many as are taken, so that nothing ends the reading before its end.
TEST(PacketCost, NorDoesOneAtTheLimitOfMembers) {
  const auto read = [](const std::string& bytes) { EXPECT_TRUE(twilsock::decode(bytes)); };
  std::string members;
  for (std::size_t i = 0; i + 10 < limits::kPacketHeaderMembers; ++i)
    members += (i == 0 ? "{\"" : ",\"") + std::to_string(i) + "\":\"" + std::string(40, 'x') + "\"";
  members += "}";
  const auto with = [](const std::string& headers) {
    return twilsock::join_frame(
        R"({"id":"TM1","method":"message","http_request":{"path":"/","method":"GET","headers":)" + headers +
            "}}",
        "", false);
  };
  expect_linear(read, with(members), with(plain_text(members.size())));
}

// Each element of the array becomes a field with a copy of the name.
TEST(PacketCost, NorDoesALongNameWithManyValues) {
  const auto read = [](const std::string& bytes) { (void)twilsock::decode(bytes); };
  std::string values = "[\"\"";
  while (values.size() < 3 * (limits::kPacketHeaderMembers - 50)) values += ",\"\"";
  values += "]";
  constexpr std::size_t kName = 25'000;
  for (const char* member : {"params", "headers"}) {
    const auto worst = "{\"" + std::string(kName, 'n') + "%41\":" + values + "}";
    expect_linear(read, packet("message", member, worst),
                  packet("message", member, plain_text(worst.size())));
  }
}

TEST(SyncCost, NoBatchOfSubscriptionsCostsMoreThanAMultipleOfAPlainText) {
  const auto read = [](const std::string& body) { (void)sync::decode_batch(body); };
  const std::string head = R"({"action":"establish","correlation_id":1,"requests":)";
  constexpr std::size_t kBytes = 256 * 1024;
  const auto plain = head + plain_text(kBytes) + "}";
  for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths})
    expect_linear(read, head + make(kBytes) + "}", plain);
}

TEST(SyncCost, NorDoesAnEnvelopeOfAService) {
  const auto read = [](const std::string& body) { (void)sync::decode_envelope(body); };
  const std::string head = R"({"event_type":"map_item_added","events":)";
  constexpr std::size_t kBytes = 256 * 1024;
  const auto plain = head + plain_text(kBytes) + "}";
  for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths})
    expect_linear(read, head + make(kBytes) + "}", plain);
}

TEST(ConversationsCost, NorDoesAnAnswerOfAService) {
  const auto read = [](const std::string& body) { (void)conversations::decode_message(body); };
  constexpr std::size_t kBytes = 256 * 1024;
  const auto plain = object_with("attributes", plain_text(kBytes));
  for (const char* member : {"attributes", "media", "x"})
    for (const auto& make : {distinct_members, similar_members, many_elements, many_objects, many_depths})
      expect_linear(read, object_with(member, make(kBytes)), plain);
}

}  // namespace
}  // namespace parley
