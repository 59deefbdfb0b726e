#include "chat_service/src/store/block_table.hpp"

namespace parley::chat_service {

bool BlockTable::has(std::string_view service_sid, std::string_view user, std::string_view blocked) {
  return database_
      .query(
          "SELECT 1 FROM users u JOIN blocks b ON b.user_id = u.id AND b.identity = ?3 "
          "WHERE u.service_sid = ?1 AND u.identity = ?2",
          service_sid, user, blocked)
      .next();
}

std::vector<Block> BlockTable::all(Id user) {
  std::vector<Block> blocks;
  auto row =
      database_.query("SELECT identity, date_created FROM blocks WHERE user_id = ? ORDER BY identity", user);
  while (row.next())
    blocks.push_back({.user = user, .identity = row.text(0), .date_created = row.integer(1)});
  return blocks;
}

void BlockTable::insert(const Block& block) {
  database_.run("INSERT OR IGNORE INTO blocks(user_id, identity, date_created) VALUES(?, ?, ?)", block.user,
                block.identity, block.date_created);
}

void BlockTable::remove(Id user, std::string_view identity) {
  database_.run("DELETE FROM blocks WHERE user_id = ? AND identity = ?", user, identity);
}

}  // namespace parley::chat_service
