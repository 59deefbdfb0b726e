#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/support/core_driver.hpp"

namespace parley::properties {

/// One device of one user, as faithful and as simple as can be: it keeps copies of the Sync objects that a
/// client keeps, and complains about every event that breaks the rules:
///
///  - a live event is the next one of an object that the device watches: none is lost, doubled or swapped;
///  - nothing comes about objects that it does not watch.
///
/// A stubborn device does not tell the service when it has lost a conversation: then nothing may come either.
class Device {
 public:
  enum class Manners { polite, stubborn };

  Device(testing::CoreDriver& driver, std::string identity, Manners manners = Manners::polite);

  const std::string& identity() const { return identity_; }
  bool is_connected() const { return client_.has_value(); }
  testing::TestClient& client() { return *client_; }
  /// Path of the user's own conversations.
  const std::string& own_path() const { return own_path_; }

  /// Loses the connection.
  void cut();
  /// The service died: there is nothing left to cut.
  void lose() { client_.reset(); }
  /// Connects, from scratch or from where it was.
  void connect();
  /// Takes in what came, and opens and closes what that asks for.
  void settle();

  /// The first broken rule; "" if none was.
  const std::string& complaint() const { return complaint_; }

  /// What the user sees of a conversation.
  struct View {
    json::Value document;
    std::map<std::string, json::Value> roster;     ///< by identity
    std::map<std::int64_t, json::Value> messages;  ///< by index
    std::optional<std::int64_t> own_horizon;
  };
  /// By conversation SID.
  std::map<std::string, View> views() const;

 private:
  struct Copy {
    std::string name;
    sync::ObjectType type = sync::ObjectType::document;
    std::int64_t position = -1;  ///< of the last event it knows
    bool watching = false;
    json::Value document{};
    std::map<std::string, json::Value> items{};
  };

  void open(sync::ObjectType type, const std::string& name);
  void read_items(Copy& copy, const std::string& sid);
  void open_conversation(const json::Value& entry);
  void close_conversation(const std::string& conversation_sid);
  bool keeps_watching(const Copy& copy, const json::Value& document) const;
  void subscribe_to(const std::string& sid, const Copy& copy);
  void take(const sync::Event& event, bool live);
  void take(const sync::Outcome& outcome);
  void apply(Copy& copy, const sync::Event& event);
  const Copy* find_by_name(const std::string& name) const;
  void complain(const std::string& what, const std::string& object);

  testing::CoreDriver& driver_;
  std::string identity_;
  Manners manners_;
  std::optional<testing::TestClient> client_;
  std::string own_path_;
  std::string own_list_;                ///< name of the map of the user's conversations
  std::map<std::string, Copy> copies_;  ///< by object SID
  std::set<std::string> closing_;       ///< what still comes was sent before the service heard of it
  std::string complaint_;
};

}  // namespace parley::properties
