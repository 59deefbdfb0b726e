#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "chat_service/src/routes/router.hpp"
#include "common/storage/transaction.hpp"

namespace parley::chat_service {

/// One transaction that many requests share. Each runs in a savepoint, so one that fails leaves nothing.
class UnitOfWork {
 public:
  explicit UnitOfWork(storage::Database& database);

  /// Runs one request as that identity ("": nobody); its effects are kept only if it succeeded. What it did
  /// to the database is in the scope then, whether it succeeded or not.
  http::Response run(Scope& scope, const std::string& identity, const Work& work);
  /// The same for a request that a client sent: recognises a repeated write, then routes.
  http::Response run(Scope& scope, const std::string& identity, const http::Request& request,
                     const Router& router);
  /// Runs work that nobody asked for; undone as a whole if it fails, and false then.
  bool run_aside(Scope& scope, const std::function<void()>& work);

  Result<void> commit() { return transaction_.commit(); }

  /// Requests and other work that were undone alone, because the database failed.
  struct Failures {
    std::uint64_t count = 0;
    std::string last{};  ///< why, for the operator
  };
  const Failures& failures() const { return failures_; }

 private:
  Result<Answer> route(Scope& scope, const http::Request& request, const Router& router);
  http::Response run_in_savepoint(Scope& scope, const std::string& identity, const Work& work);
  bool has_failed();

  storage::Database& database_;
  storage::Transaction transaction_;
  Failures failures_;
};

}  // namespace parley::chat_service
