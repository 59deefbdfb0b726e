#pragma once
#include <string>
#include <vector>

#include <parley/error.hpp>

#include "chat_service/src/transfer/database_file.hpp"

/// Does the database still mean what the service takes for granted?
namespace parley::chat_service {

/// What is wrong, one text each; empty: all is well. Each kind names its first cases only.
using Violations = std::vector<std::string>;

/// The file as SQLite sees it, then the service's own rules: see check_rules.cpp. Waits for nobody and
/// changes nothing; while the service runs everything is of one moment.
Result<Violations> check_database(const std::string& database, const OnProgress& on_progress = {});

/// The rules alone.
Result<Violations> check_rows(DatabaseFile& file, const OnProgress& on_progress = {});

}  // namespace parley::chat_service
