#pragma once
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/transfer/progress.hpp"

namespace parley::chat_service {

/// A copy of the database as it is at this moment, while the service runs or not: a file of its own, for its
/// owner alone, durable and checked as check_database() does when this returns. Fails with
/// Errc::storage_error if there is such a file already, or if what was copied is not right; nothing is left
/// of it then.
Result<void> backup_database(const std::string& database, const std::string& file,
                             const OnProgress& on_progress = {});

}  // namespace parley::chat_service
