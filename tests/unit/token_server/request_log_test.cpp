#include "token_server/http/request_log.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

TEST(RequestLog, IsOneLineOfJson) {
  const RequestRecord record{.id = "ab-1",
                             .method = "POST",
                             .route = "/auth",
                             .status = 200,
                             .took = std::chrono::microseconds(15),
                             .address = "10.0.0.1",
                             .caller = "backend_key",
                             .caller_name = "cr\"m",
                             .identity = "id:0123456789",
                             .account = "default",
                             .token_id = "SK1-5",
                             .ttl = std::chrono::seconds(60)};
  EXPECT_EQ(
      to_json_line(record, WallTime(std::chrono::seconds(5))),
      R"({"time":"1970-01-01T00:00:05.000Z","level":"info","event":"request","id":"ab-1","method":"POST",)"
      R"("route":"/auth","status":200,"us":15,"address":"10.0.0.1","caller":"backend_key",)"
      R"("caller_name":"cr\"m","identity":"id:0123456789","account":"default","jti":"SK1-5","ttl":60})");
}

TEST(RequestLog, LeavesOutWhatARequestDidNotHave) {
  EXPECT_EQ(to_json_line({.method = "GET", .status = 404}, WallTime{}),
            R"({"time":"1970-01-01T00:00:00.000Z","level":"info","event":"request","method":"GET",)"
            R"("route":"other","status":404,"us":0})");
}

}  // namespace
}  // namespace parley::token_server
