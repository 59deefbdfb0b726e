#pragma once
#include <string>
#include <string_view>
#include <variant>

#include <parley/error.hpp>

#include "chat_service/core.hpp"

/// What the commands of the program ask of a running service.
namespace parley::chat_service {

struct DeleteChannel {
  std::string channel{};  ///< SID or unique name
};
/// On behalf of a user that exists.
struct ChangeBlock {
  std::string identity{};
  std::string blocked{};  ///< the other's
  bool on = true;         ///< false: takes the block back
};
/// "The clock is right: go by it", see RetentionClock. Of no service in particular.
struct AcceptClock {};
struct AdminCall {
  std::string service_sid{};
  std::variant<DeleteChannel, ChangeBlock, AcceptClock> action{};
};

/// Where the service that uses this database listens for its own commands; "" for one in memory.
std::string admin_socket_of(const std::string& database);

/// One line each, without the line end.
std::string encode(const AdminCall& call);
Result<AdminCall> decode_admin_call(std::string_view line);
std::string encode(const Result<void>& done);
Result<void> decode_admin_answer(std::string_view line);

/// The call as work for Core::perform(): asks nobody's rights.
Work work_of(AdminCall call);
/// Who performs it.
Caller admin_of(const AdminCall& call);
/// What the work's answer means.
Result<void> outcome_of(const http::Response& response);

}  // namespace parley::chat_service
