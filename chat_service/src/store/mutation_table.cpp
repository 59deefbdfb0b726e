#include "chat_service/src/store/mutation_table.hpp"

namespace parley::chat_service {

std::optional<Mutation> MutationTable::find(const MutationKey& key) {
  auto row = database_.query(
      "SELECT request_hash, resource_url FROM mutations "
      "WHERE service_sid = ? AND identity = ? AND mutation_id = ?",
      key.service_sid, key.identity, key.mutation_id);
  if (!row.next()) return std::nullopt;
  return Mutation{row.text(0), row.text(1)};
}

void MutationTable::insert(const MutationKey& key, const Mutation& mutation, Millis now) {
  database_.run(
      "INSERT INTO mutations(service_sid, identity, mutation_id, request_hash, resource_url, date_created) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      key.service_sid, key.identity, key.mutation_id, mutation.request_hash, mutation.resource_url, now);
}

std::size_t MutationTable::forget_before(Millis date, std::size_t limit) {
  const bool done = database_.run(
      "DELETE FROM mutations WHERE (service_sid, identity, mutation_id) IN "
      "(SELECT service_sid, identity, mutation_id FROM mutations WHERE date_created < ? LIMIT ?)",
      date, static_cast<std::int64_t>(limit));
  return done ? static_cast<std::size_t>(database_.changes()) : 0;
}

}  // namespace parley::chat_service
