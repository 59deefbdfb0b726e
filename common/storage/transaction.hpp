#pragma once
#include <parley/error.hpp>

namespace parley::storage {

class Database;

/// A write transaction from construction to commit(); rolled back if destroyed before.
///
/// It takes the write lock at once, so a later statement never fails because another process wrote meanwhile.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Makes everything durable, or nothing: on failure it is rolled back and the error returned; one that
  /// could not begin because another connection writes fails here, with a `retry_after`. Call once.
  Result<void> commit();

 private:
  void roll_back();

  Database& database_;
  bool open_ = false;
};

/// A part of a transaction that can be undone alone. They may nest; the innermost ends first.
class Savepoint {
 public:
  explicit Savepoint(Database& database);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  /// Keeps the part; without this call the destructor undoes it.
  void keep();

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace parley::storage
