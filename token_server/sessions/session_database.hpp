#pragma once
#include <memory>
#include <parley/error.hpp>
#include <string>

#include "common/storage/database.hpp"

namespace parley::token_server {

/// Opens or makes the database of users and refresh tokens, and brings its schema up to date. A file has mode
/// 0600; its directory is made. The superuser does this with the rights of the directory's owner: while no other
/// thread runs. Several processes may have it open: a write waits for another's.
///
/// Fails with Errc::storage_error.
Result<std::unique_ptr<storage::Database>> open_session_database(const std::string& path);

}  // namespace parley::token_server
