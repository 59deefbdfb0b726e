#pragma once
#include <gtest/gtest.h>

#include <string>

#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/store/media_table.hpp"
#include "tests/support/core_driver.hpp"

/// How most tests of the service begin.
namespace parley::chat_service {

using sync::Change;
using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

inline Tenant tenant_with_admin(const std::string& identity) {
  Tenant tenant = testing::test_tenant();
  tenant.admins = {identity};
  return tenant;
}

/// Two clients of one core.
class TwoClients : public ::testing::Test {
 protected:
  explicit TwoClients(testing::DriverOptions options = {}) : driver_(std::move(options)) {}

  /// An upload of that user, as after its last byte.
  std::string upload(const std::string& author, Medium medium = {}) {
    medium.sid = "ME" + std::string(29, 'a') + std::to_string(100 + ++uploads_);
    medium.author = author;
    if (medium.content_type.empty()) medium.content_type = "image/png";
    if (medium.size == 0) medium.size = 7;
    medium.blob = std::string(64, 'b');
    medium.date_created = to_millis(driver_.wall_now());
    media().insert(testing::kServiceSid, medium);
    return medium.sid;
  }
  MediaTable media() { return MediaTable(driver_.database()); }

  /// Runs code in the core as nobody, as an administrator's tool does.
  void run(const std::function<void(Scope&)>& work) {
    http::Response response;
    driver_.core().perform(
        {.service_sid = std::string(testing::kServiceSid)},
        [&](Scope& scope) -> Result<Answer> {
          work(scope);
          return Answer{};
        },
        [&](http::Response got) { response = std::move(got); }, driver_.now(), driver_.wall_now());
    driver_.flush();
    EXPECT_EQ(response.status, 200);
  }

  CoreDriver driver_;
  TestClient alice_{driver_, "alice"};
  TestClient bob_{driver_, "bob"};

 private:
  int uploads_ = 0;
};

/// And a private conversation that Alice made and joined.
class InARoom : public TwoClients {
 protected:
  explicit InARoom(testing::DriverOptions options = {}) : TwoClients(std::move(options)) {}

  std::string url() const { return room_["url"]; }
  std::string participants() const { return room_["links"]["participants"]; }
  std::string messages() const { return room_["links"]["messages"]; }
  /// "conversation", "participants" or "messages"
  std::string object(const char* name) const { return room_["sync_objects"][name]; }

  json::Value room_ = alice_.make_room();
};

}  // namespace parley::chat_service
