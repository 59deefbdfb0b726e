#include "chat_service/store.hpp"

#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/store/tables.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service {

Store::Store(std::unique_ptr<storage::Database> database)
    : database_(std::move(database)), tables_(std::make_unique<Tables>(*database_)) {}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& path, Random& random) {
  auto database = storage::Database::open({.path = path});
  if (!database) return database.error();
  if (auto migrated = storage::migrate(**database, schema()); !migrated) return migrated.error();
  std::unique_ptr<Store> store(new Store(std::move(*database)));
  store->load_secret(random);
  if (store->database_->error()) return *store->database_->error();
  return store;
}

void Store::load_secret(Random& random) {
  database_->run("INSERT OR IGNORE INTO meta(key, value) VALUES('continuation_secret', ?)",
                 random_hex(random, 32));
  auto row = database_->query("SELECT value FROM meta WHERE key = 'continuation_secret'");
  if (row.next()) secret_ = row.text(0);
}

}  // namespace parley::chat_service
