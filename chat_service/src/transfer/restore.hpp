#pragma once
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/transfer/progress.hpp"

namespace parley::chat_service {

/// Puts a copy of a backup in the place of a service's database, which is made if missing, while no service
/// runs. The backup stays as it is; the copy is brought up to date if an older program wrote it, and checked
/// as check_database() does, before anything changes. What is in the place gets another name, with its log:
/// the one that is returned, empty if nothing was there.
///
/// Fails with Errc::storage_error, also while a service or another command has the database.
Result<std::string> restore_database(const std::string& backup, const std::string& database,
                                     const OnProgress& on_progress = {});

}  // namespace parley::chat_service
