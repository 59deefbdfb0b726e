#include "token_server/request_log.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

TEST(RequestLog, IsOneLineOfJson) {
  const RequestRecord record{"POST", "/auth", 200, "id:0123456789", "SK1-5", std::chrono::seconds(60)};
  EXPECT_EQ(to_json_line(record, WallTime(std::chrono::seconds(5))),
            R"({"time":"1970-01-01T00:00:05.000Z","level":"info","event":"request","method":"POST",)"
            R"("route":"/auth","status":200,"identity":"id:0123456789","jti":"SK1-5","ttl":60})");
}

TEST(RequestLog, LeavesOutWhatARequestDidNotHave) {
  EXPECT_EQ(to_json_line({.method = "GET", .route = "other", .status = 404}, WallTime{}),
            R"({"time":"1970-01-01T00:00:00.000Z","level":"info","event":"request","method":"GET",)"
            R"("route":"other","status":404})");
}

}  // namespace
}  // namespace parley::token_server
