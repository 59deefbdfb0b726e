#include "common/storage/transaction.hpp"

#include "common/storage/database.hpp"

namespace parley::storage {

Transaction::Transaction(Database& database) : database_(database) {
  open_ = database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) roll_back();
}

Result<void> Transaction::commit() {
  if (open_ && !database_.error() && database_.run("COMMIT")) {
    open_ = false;
    return {};
  }
  database_.fail("database: no transaction is open");
  const Error reason = *database_.error();
  roll_back();
  return reason;
}

void Transaction::roll_back() {
  open_ = false;
  database_.clear_error();
  // A failed COMMIT may have rolled back by itself; then there is nothing to undo.
  database_.run("ROLLBACK");
  database_.clear_error();
}

Savepoint::Savepoint(Database& database) : database_(database) { open_ = database_.run("SAVEPOINT part"); }

// Without its transaction there is nothing to undo: what ended that stays the error of all that follows in
// it.
Savepoint::~Savepoint() {
  if (!open_ || !database_.in_transaction()) return;
  database_.clear_error();
  database_.run("ROLLBACK TO part");
  database_.run("RELEASE part");
}

void Savepoint::keep() {
  if (open_ && database_.run("RELEASE part")) open_ = false;
}

}  // namespace parley::storage
