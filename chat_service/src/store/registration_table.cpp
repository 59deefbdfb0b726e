#include "chat_service/src/store/registration_table.hpp"

namespace parley::chat_service {

void RegistrationTable::put(const PushRegistration& registration, Millis now) {
  database_.run(
      "INSERT OR REPLACE INTO registrations(id, user_id, channel_type, address, body, date_created) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      registration.id, registration.user, registration.channel_type, registration.address, registration.body,
      now);
}

void RegistrationTable::keep_newest(const PushRegistration& last, std::size_t count) {
  database_.run(
      "DELETE FROM registrations WHERE user_id = ?1 AND id NOT IN (SELECT id FROM registrations "
      "WHERE user_id = ?1 ORDER BY id = ?2 DESC, date_created DESC LIMIT ?3)",
      last.user, last.id, static_cast<std::int64_t>(count));
}

void RegistrationTable::remove(Id user, std::string_view id) {
  database_.run("DELETE FROM registrations WHERE user_id = ? AND id = ?", user, id);
}

void RegistrationTable::remove(Id user, std::string_view channel_type, std::string_view address) {
  database_.run("DELETE FROM registrations WHERE user_id = ? AND channel_type = ? AND address = ?", user,
                channel_type, address);
}

}  // namespace parley::chat_service
