#include "common/protocol/twilsock/packet.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "common/protocol/twilsock/frame.hpp"
#include "tests/support/golden.hpp"

namespace parley::twilsock {
namespace {

Writer writer_of(const std::filesystem::path& file) {
  return file.filename().string().starts_with("client") ? Writer::client : Writer::server;
}

TEST(Packet, CapturedFramesDecodeAndEncodeToTheSameBytes) {
  const auto files = testing::golden_files("twilsock");
  ASSERT_GE(files.size(), 15u);
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename());
    const std::string bytes = testing::read_file(file);
    const auto packet = decode(bytes);
    ASSERT_TRUE(packet) << packet.error().to_string();
    EXPECT_EQ(encode(*packet, writer_of(file)), bytes);
  }
}

TEST(Packet, EveryTruncationOfACapturedFrameIsRefused) {
  for (const auto& file : testing::golden_files("twilsock")) {
    SCOPED_TRACE(file.filename());
    const std::string bytes = testing::read_file(file);
    const bool trailer = writer_of(file) == Writer::server && !decode(bytes)->payload.empty();
    const std::size_t whole = bytes.size() - (trailer ? 2 : 0);
    for (std::size_t size = 0; size < whole; ++size)
      EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size))) << size << " of " << bytes.size();
  }
}

Result<Packet> decode_header(std::string_view header, std::string_view payload = "") {
  return decode(join_frame(header, payload, false));
}

TEST(Packet, ReadsTheTunnelledRequest) {
  const auto packet = decode_header(
      R"({"id":"TM1","method":"message","http_request":{"host":"h","path":"/v3/Maps/a%2Fb","method":"GET",)"
      R"("params":{"Key":"a%20b","X":["1","2"]},"headers":{"A":"1","B":["2"]}}})");
  ASSERT_TRUE(packet) << packet.error().to_string();
  const auto& message = std::get<Message>(packet->body);
  EXPECT_EQ(message.request.path, "/v3/Maps/a%2Fb") << "the path stays encoded";
  EXPECT_EQ(message.request.params, (http::Fields{{"Key", "a b"}, {"X", "1"}, {"X", "2"}}));
  EXPECT_EQ(message.request.headers, (http::Fields{{"A", "1"}, {"B", "2"}}));
}

TEST(Packet, ParamsSurviveARoundTrip) {
  Packet packet{
      "TM1",
      Message{
          "ip_messaging", "h", {"GET", "/p", {{"K", "a b#%"}, {"R", "1"}, {"R", "2"}, {"R", "3"}}, {}, ""}},
      "application/json", ""};
  const auto decoded = decode(encode(packet, Writer::client));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(std::get<Message>(decoded->body).request.params, std::get<Message>(packet.body).request.params);
}

struct Bad {
  const char* header;
  const char* message;
};

TEST(Packet, NamesTheBadMember) {
  for (const Bad& bad :
       {Bad{R"({"method":"ping"})", "id: expected a string"},
        Bad{R"({"id":"","method":"ping"})", "id: expected 1 to 64 bytes"},
        Bad{R"({"id":"TM1"})", "method: expected a string"},
        Bad{R"({"id":"TM1","method":"ping","payload_size":-1})", "payload_size: expected a size"},
        Bad{R"({"id":"TM1","method":"ping","payload_size":"1"})",
            "payload_size: expected an integer or null"},
        Bad{R"({"id":"TM1","method":"init"})", "token: expected a string"},
        Bad{R"({"id":"TM1","method":"message"})", "http_request: expected an object"},
        Bad{R"({"id":"TM1","method":"message","http_request":{"method":"GET"}})",
            "http_request: expected an object with method and path"},
        Bad{R"({"id":"TM1","method":"reply"})", "status: expected an object"},
        Bad{R"({"id":"TM1","method":"reply","status":{}})",
            "status: expected an object with an integer code"},
        Bad{"[]", "JSON: not an object"}, Bad{"{", "JSON: syntax error"}}) {
    const auto packet = decode_header(bad.header);
    ASSERT_FALSE(packet) << bad.header;
    EXPECT_EQ(packet.error().message, bad.message);
  }
}

TEST(Packet, AnIdAtTheLimitPassesAndOneByteMoreDoesNot) {
  const auto with_id = [](std::size_t size) {
    return decode_header(R"({"method":"ping","id":")" + std::string(size, 'x') + "\"}");
  };
  EXPECT_TRUE(with_id(limits::kPacketIdBytes));
  EXPECT_FALSE(with_id(limits::kPacketIdBytes + 1));
}

TEST(Packet, FieldsKeepTheirOrder) {
  const auto packet = decode_header(
      R"({"id":"TM1","method":"message","http_request":{"path":"/","method":"GET","params":{"b":"1","a":"2"},)"
      R"("headers":{"Y":"1","X":["2","3"],"Z":null,"A":"4"}}})");
  ASSERT_TRUE(packet) << packet.error().to_string();
  const auto& request = std::get<Message>(packet->body).request;
  EXPECT_EQ(request.params, (http::Fields{{"b", "1"}, {"a", "2"}}));
  EXPECT_EQ(request.headers, (http::Fields{{"Y", "1"}, {"X", "2"}, {"X", "3"}, {"A", "4"}}));
}

TEST(Packet, AHeaderAtTheLimitOfMembersPassesAndOneMoreDoesNot) {
  const auto with_members = [](std::size_t count) {
    std::string header = R"({"id":"TM1","method":"ping")";
    for (std::size_t i = 2; i < count; ++i) header += ",\"" + std::to_string(i) + "\":0";
    return decode_header(header + "}");
  };
  EXPECT_TRUE(with_members(limits::kPacketHeaderMembers));
  const auto refused = with_members(limits::kPacketHeaderMembers + 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "JSON: more than 1000 members");
}

MessageTypes types_of(const std::string& message_types) {
  const auto packet =
      decode_header(R"({"id":"TM1","method":"init","token":"t","registrations":[{"message_types":)" +
                    message_types + "}]}");
  return std::get<Init>(packet.value().body).registrations.at(0).message_types;
}

TEST(Packet, OfMessageTypesTheKnownOnesAreKept) {
  EXPECT_EQ(types_of(R"(["com.twilio.rtd.cds.map","x","",7,"twilio.sync.event","twilio.sync.event"])"),
            (MessageTypes{"twilio.sync.event", "com.twilio.rtd.cds.map"}));
  EXPECT_EQ(types_of("\"twilio.sync.event\""), MessageTypes{});
  EXPECT_FALSE(MessageTypes{""}.has(""));
  for (const auto name : MessageTypes::kNames) EXPECT_TRUE(MessageTypes::all().has(name));
}

TEST(Packet, MessageTypesBeyondTheLimitAreIgnored) {
  const auto behind = [](std::size_t others) {
    std::string list = "[";
    for (std::size_t i = 0; i < others; ++i) list += "\"\",";
    return types_of(list + "\"twilio.sync.event\"]");
  };
  EXPECT_TRUE(behind(limits::kRegistrationTypes - 1).has("twilio.sync.event"));
  EXPECT_FALSE(behind(limits::kRegistrationTypes).has("twilio.sync.event"));
}

TEST(Packet, HostileNestingIsRefused) {
  EXPECT_FALSE(decode_header(R"({"id":"a","method":"ping","x":)" + std::string(10'000, '[') +
                             std::string(10'000, ']') + "}"));
}

TEST(Packet, UnknownMethodsAndMembersAreNoError) {
  const auto packet = decode_header(R"({"id":"TM1","method":"dance","style":{"a":[1]}})");
  ASSERT_TRUE(packet);
  EXPECT_EQ(std::get<Unknown>(packet->body).method, "dance");
}

TEST(Backoff, RoundTripsAndIgnoresNonsense) {
  const auto policy = decode_backoff(encode_backoff({100, 300}));
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->reconnect_min_ms, 100);
  EXPECT_EQ(policy->reconnect_max_ms, 300);
  for (const char* bad :
       {"", "{}", R"({"backoff_policy":{}})", R"({"backoff_policy":{"reconnect_min_ms":-1}})",
        R"({"backoff_policy":{"reconnect_min_ms":99999999999}})"})
    EXPECT_FALSE(decode_backoff(bad)) << bad;
}

}  // namespace
}  // namespace parley::twilsock
