#pragma once
#include <string>
#include <string_view>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

struct PushRegistration {
  std::string id{};
  Id user = 0;
  std::string channel_type{};  ///< "fcm" or "apn"
  std::string address{};       ///< the device's token
  std::string body{};          ///< JSON text, as the client sent it
};

/// Devices that want push notifications.
class RegistrationTable {
 public:
  explicit RegistrationTable(storage::Database& database) : database_(database) {}

  /// Replaces what the same user registered for the same device.
  void put(const PushRegistration& registration, Millis now);
  /// Forgets all but that many of the newest of the user. `last` counts as the newest, whatever the clock
  /// says.
  void keep_newest(const PushRegistration& last, std::size_t count);
  void remove(Id user, std::string_view id);
  void remove(Id user, std::string_view channel_type, std::string_view address);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
