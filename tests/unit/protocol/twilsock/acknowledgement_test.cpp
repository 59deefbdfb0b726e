#include "common/protocol/twilsock/acknowledgement.hpp"

#include <gtest/gtest.h>

#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock::test {
namespace {

constexpr const char* kHeader =
    R"({"id":"TMf7d37f00","method":"reply","payload_type":"application/json","status":{"code":200,"status":"OK"},"payload_size":0})";

std::string packet(const std::string& header, const std::string& rest = "\r\n") {
  return "TWILSOCK V3.0 " + std::to_string(header.size()) + "\r\n" + header + rest;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(PlainAcknowledgement, IsWhatOfficialClientsAndOursWrite) {
  EXPECT_TRUE(is_plain_acknowledgement(packet(kHeader)));
  EXPECT_TRUE(is_plain_acknowledgement(encode(make_ack("TM0123456789abcdef"), Writer::client)));
}

TEST(PlainAcknowledgement, IsNothingElse) {
  const std::string header = kHeader;
  for (const auto& text :
       {packet(header, ""), packet(header, "\r\n\r\n"), packet(replaced(header, "reply", "close")),
        packet(replaced(header, "200", "400")), packet(replaced(header, "TMf7d37f00", "")),
        packet(replaced(header, "TMf7d37f00", "a\"b")), packet(replaced(header, "TMf7d37f00", "a\\")),
        packet(replaced(header, "TMf7d37f00", "a\xff")), packet(replaced(header, "TMf7d37f00", "a b")),
        packet(replaced(header, "TMf7d37f00", std::string(65, 'i'))), packet(replaced(header, ":0}", ":1}")),
        packet(header + " "), replaced(packet(header), "V3.0 1", "V3.0 2"),
        replaced(packet(header), "V3.0 ", "V3.0"), std::string(), std::string("TWILSOCK V3.0 "), header})
    EXPECT_FALSE(is_plain_acknowledgement(text)) << text;
}

TEST(PlainAcknowledgement, IsDecodedToTheSameByTheLongWay) {
  const auto decoded = decode(packet(kHeader));
  ASSERT_TRUE(decoded);
  ASSERT_TRUE(std::holds_alternative<Reply>(decoded->body));
  EXPECT_TRUE(std::get<Reply>(decoded->body).status.ok());
}

}  // namespace
}  // namespace parley::twilsock::test
