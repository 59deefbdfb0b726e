#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/transfer/admin_call.hpp"

namespace parley::chat_service {

/// A Unix socket beside the database by which the programs's own commands ask the running service: what they
/// change then goes through the one process that has clients to tell. Whoever may open the socket's file may
/// do everything, as whoever may open the database; it is for its owner alone, and who is at the other end is
/// looked at besides (see is_trusted_peer()).
///
/// Each connection is one line with a call and one line with its answer. Thread rule: the one of `io`.
class AdminDoor {
 public:
  using Reply = std::function<void(Result<void>)>;
  using Handler = std::function<void(AdminCall, Reply)>;

  /// Listens beside the database, whose lock the caller holds: a socket that is there is a dead process's and
  /// replaced. Fails with Errc::unreachable; the service can do without.
  static Result<std::unique_ptr<AdminDoor>> open(boost::asio::io_context& io, const std::string& database,
                                                 Handler handler);
  /// Removes the socket's file.
  ~AdminDoor();
  AdminDoor(const AdminDoor&) = delete;
  AdminDoor& operator=(const AdminDoor&) = delete;

 private:
  class Impl;
  explicit AdminDoor(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// Asks the service that runs on the database, and waits for its answer, ten seconds at most. Fails with
/// Errc::unreachable if none can be asked.
Result<void> ask_service(const std::string& database, const AdminCall& call);

}  // namespace parley::chat_service
