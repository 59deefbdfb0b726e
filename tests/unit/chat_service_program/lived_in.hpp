#pragma once
#include <string>

#include "chat_service/src/transfer/export.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service {

/// A database in a file in which something of everything has happened.
class LivedIn {
 public:
  LivedIn() {
    testing::CoreDriver driver({.database = file_.path()});
    testing::TestClient alice(driver, "alice"), bob(driver, "bob");
    const auto room = alice.make_room({{"unique_name", "general"}, {"friendly_name", "Grüße \"du\""}});
    room_sid_ = room["sid"];
    alice.add(room, "bob");
    bob.say(room, "gone");
    const std::string removed = alice.say(room, "to be removed").body["url"];
    bob.say(room, "🙂 kept");
    alice.remove(removed);
    bob.post(bob.link("my_conversations") + "/general", {{"last_read_message_index", 2}});
    alice.make_room({{"unique_name", "second"}});
    alice.post(alice.link("users") + "/alice", {{"friendly_name", "Alice"}});
  }

  std::string path() const { return file_.path(); }
  std::string folder() const { return file_.directory().string(); }
  const std::string& room_sid() const { return room_sid_; }

 private:
  testing::TemporaryFile file_;
  std::string room_sid_;
};

/// The text of an export.
inline std::string exported(const std::string& database) {
  std::string out;
  const auto rows = export_database(database, [&out](std::string_view text) {
    out += text;
    return Result<void>();
  });
  EXPECT_TRUE(rows) << rows.error().message;
  return out;
}

}  // namespace parley::chat_service
