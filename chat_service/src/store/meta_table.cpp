#include "chat_service/src/store/meta_table.hpp"

namespace parley::chat_service {

std::string MetaTable::secret(std::string_view fresh) {
  database_.run("INSERT OR IGNORE INTO meta(key, value) VALUES('continuation_secret', ?)", fresh);
  auto row = database_.query("SELECT value FROM meta WHERE key = 'continuation_secret'");
  return row.next() ? row.text(0) : "";
}

std::optional<Millis> MetaTable::latest_time() {
  auto row = database_.query("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'latest_time'");
  if (!row.next()) return std::nullopt;
  return row.integer(0);
}

void MetaTable::set_latest_time(Millis time) {
  database_.run("INSERT OR REPLACE INTO meta(key, value) VALUES('latest_time', ?)", std::to_string(time));
}

}  // namespace parley::chat_service
