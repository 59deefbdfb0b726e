#include "chat_service/src/store/mutation_table.hpp"

namespace parley::chat_service {

std::optional<std::string> MutationTable::find(const MutationKey& key) {
  auto row = database_.query(
      "SELECT resource_url FROM mutations WHERE service_sid = ? AND identity = ? AND mutation_id = ?",
      key.service_sid, key.identity, key.mutation_id);
  if (!row.next()) return std::nullopt;
  return row.text(0);
}

void MutationTable::insert(const MutationKey& key, std::string_view resource_url, Millis now) {
  database_.run(
      "INSERT INTO mutations(service_sid, identity, mutation_id, resource_url, date_created) "
      "VALUES(?, ?, ?, ?, ?)",
      key.service_sid, key.identity, key.mutation_id, resource_url, now);
}

void MutationTable::forget_before(Millis date) {
  database_.run("DELETE FROM mutations WHERE date_created < ?", date);
}

}  // namespace parley::chat_service
