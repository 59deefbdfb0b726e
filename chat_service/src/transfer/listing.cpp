#include "chat_service/src/transfer/listing.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/model.hpp"
#include "chat_service/src/transfer/database_file.hpp"
#include "common/base/json.hpp"
#include "common/base/text_rules.hpp"

namespace parley::chat_service {
namespace {

using json::OrderedValue;

constexpr std::string_view kChannels =
    "SELECT service_sid, sid, unique_name, friendly_name, is_public, created_by, participants_count, "
    "messages_count, date_created, date_updated FROM conversations WHERE deleted = 0 AND ";

OrderedValue or_null(const std::optional<std::string>& text) {
  return text ? OrderedValue(*text) : OrderedValue(nullptr);
}

std::string channel_line(const storage::Query& row) {
  return json::dump({{"service_sid", row.text(0)},
                     {"sid", row.text(1)},
                     {"unique_name", or_null(row.optional_text(2))},
                     {"friendly_name", or_null(row.optional_text(3))},
                     {"type", row.boolean(4) ? "public" : "private"},
                     {"created_by", row.text(5)},
                     {"participants", row.integer(6)},
                     {"messages", row.integer(7)},
                     {"date_created", to_iso(row.integer(8))},
                     {"date_updated", to_iso(row.integer(9))}});
}

std::string user_line(const storage::Query& row) {
  return json::dump({{"service_sid", row.text(0)},
                     {"sid", row.text(1)},
                     {"identity", row.text(2)},
                     {"friendly_name", or_null(row.optional_text(3))},
                     {"online", row.boolean(4)},
                     {"channels", row.integer(5)},
                     {"date_created", to_iso(row.integer(6))}});
}

std::string participant_line(const storage::Query& row) {
  return json::dump({{"participant", row.text(0)},
                     {"identity", or_null(row.optional_text(1))},
                     {"type", row.text(2)},
                     {"last_read", row.is_null(3) ? OrderedValue(nullptr) : OrderedValue(row.integer(3))},
                     {"date_created", to_iso(row.integer(4))}});
}

// A mistyped SID would be taken for a service in which nothing is yet.
Result<void> expect_service(DatabaseFile& file, const std::string& service_sid) {
  if (service_sid.empty()) return {};
  std::string known;
  auto query = file->query("SELECT DISTINCT service_sid FROM sync_objects ORDER BY service_sid");
  while (query.next()) {
    if (query.text(0) == service_sid) return {};
    known += (known.empty() ? "" : ", ") + query.text(0);
  }
  if (const auto read = file.outcome(); !read) return read.error();
  return Error{.code = Errc::not_found,
               .message = "service: there is no " + service_sid + " in the database, " +
                          (known.empty() ? "which has none yet" : "which has " + known)};
}

std::string block_line(const storage::Query& row) {
  return json::dump({{"identity", row.text(0)}, {"date_created", to_iso(row.integer(1))}});
}

template <class Line>
Result<Lines> lines_of(DatabaseFile& file, storage::Query query, Line line) {
  Lines lines;
  while (query.next()) lines.push_back(escape_hazards_in_json(line(query)));
  if (const auto read = file.outcome(); !read) return read.error();
  return lines;
}

}  // namespace

Result<Lines> list_users(const std::string& database, const std::string& service_sid) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  if (auto known = expect_service(*file, service_sid); !known) return known.error();
  auto query = (*file)->query(
      "SELECT service_sid, sid, identity, friendly_name, online, "
      "(SELECT COUNT(*) FROM participants p WHERE p.user_id = users.id), date_created "
      "FROM users WHERE ?1 = '' OR service_sid = ?1 ORDER BY service_sid, identity",
      service_sid);
  return lines_of(*file, std::move(query), user_line);
}

Result<Lines> list_channels(const std::string& database, const std::string& service_sid) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  if (auto known = expect_service(*file, service_sid); !known) return known.error();
  const auto sql =
      file->keep(std::string(kChannels) + "(?1 = '' OR service_sid = ?1) ORDER BY service_sid, id");
  return lines_of(*file, (*file)->query(sql, service_sid), channel_line);
}

Result<Lines> show_channel(const std::string& database, const std::string& service_sid,
                           const std::string& sid_or_name) {
  const auto name = find_channel(database, service_sid, sid_or_name);
  if (!name) return name.error();
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  auto lines = lines_of(*file, (*file)->query(file->keep(std::string(kChannels) + "sid = ?"), name->sid),
                        channel_line);
  auto participants = (*file)->query(
      "SELECT p.sid, u.identity, p.type, p.last_read, p.date_created FROM participants p "
      "LEFT JOIN users u ON u.id = p.user_id JOIN conversations c ON c.id = p.conversation_id "
      "WHERE c.sid = ? ORDER BY p.id",
      name->sid);
  while (lines && participants.next())
    lines->push_back(escape_hazards_in_json(participant_line(participants)));
  return lines;
}

Result<UserName> find_user(const std::string& database, const std::string& service_sid,
                           const std::string& identity) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  if (auto known = expect_service(*file, service_sid); !known) return known.error();
  auto query = (*file)->query(
      "SELECT service_sid FROM users WHERE identity = ?1 AND (?2 = '' OR service_sid = ?2) LIMIT 2", identity,
      service_sid);
  if (!query.next()) return Error{.code = Errc::not_found, .message = "there is no such user"};
  UserName name{.service_sid = query.text(0), .identity = identity};
  if (query.next())
    return Error{.code = Errc::conflict, .message = "several services have such a user: expected --service"};
  return name;
}

Result<Lines> list_blocks(const std::string& database, const UserName& name) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  auto query = (*file)->query(
      "SELECT b.identity, b.date_created FROM blocks b JOIN users u ON u.id = b.user_id "
      "WHERE u.service_sid = ? AND u.identity = ? ORDER BY b.identity",
      name.service_sid, name.identity);
  return lines_of(*file, std::move(query), block_line);
}

Result<ChannelName> find_channel(const std::string& database, const std::string& service_sid,
                                 const std::string& sid_or_name) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  if (auto known = expect_service(*file, service_sid); !known) return known.error();
  auto query = (*file)->query(
      "SELECT service_sid, sid FROM conversations WHERE (sid = ?1 OR unique_name = ?1) "
      "AND deleted = 0 AND (?2 = '' OR service_sid = ?2) ORDER BY sid = ?1 DESC LIMIT 2",
      sid_or_name, service_sid);
  if (!query.next())
    return Error{.code = Errc::not_found, .message = "there is no such channel; `channel list` names them"};
  ChannelName name{.service_sid = query.text(0), .sid = query.text(1)};
  if (name.sid != sid_or_name && query.next())
    return Error{.code = Errc::conflict,
                 .message = "several services have such a channel: expected --service"};
  return name;
}

}  // namespace parley::chat_service
