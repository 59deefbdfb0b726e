#include "chat_service/store.hpp"

#include "chat_service/src/store/database_lock.hpp"
#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/store/tables.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service {
namespace {

// Everybody waits while one transaction does. Long enough for a small write of somebody else.
constexpr auto kWaitForOthers = std::chrono::milliseconds(100);

}  // namespace

Store::Store(std::unique_ptr<DatabaseLock> lock, std::unique_ptr<storage::Database> database)
    : lock_(std::move(lock)), database_(std::move(database)), tables_(std::make_unique<Tables>(*database_)) {}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& path, Random& random) {
  // Before the file is looked at: a newer program must not change it under an older one that runs.
  auto lock = DatabaseLock::take(path);
  if (!lock) return lock.error();
  auto database = storage::Database::open({.path = path});
  if (!database) return database.error();
  if (auto migrated = storage::migrate(**database, schema()); !migrated) return migrated.error();
  std::unique_ptr<Store> store(
      new Store(std::make_unique<DatabaseLock>(std::move(*lock)), std::move(*database)));
  store->secret_ = store->tables_->meta.secret(random_hex(random, 32));
  if (store->database_->error()) return *store->database_->error();
  store->database_->set_busy_timeout(kWaitForOthers);
  return store;
}

}  // namespace parley::chat_service
