#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/transfer/progress.hpp"

/// The whole database as JSON lines, and back.
///
/// The first line says what this is: {"parley_export":1,"schema":4,"services":["IS..."]}. Then one line for
/// each row, {"table":"messages","row":{"conversation_id":1,...}}, in the order of tables' names and primary
/// keys, with the columns of the schema; the last one is {"rows":12345}, so that a file that was cut off is
/// noticed. The rows' numbers tie them together and are kept. Not part of it: the secret that continuation
/// tokens and temporary URLs are signed with, and the files of media (see blob_copy.hpp).
namespace parley::chat_service {

/// Takes the text piece by piece; an error of it ends the export.
using WriteText = std::function<Result<void>(std::string_view text)>;

/// How many rows it were. While the service runs: everything is of one moment.
Result<std::uint64_t> export_database(const std::string& database, const WriteText& write,
                                      const OnProgress& on_progress = {});

/// Into a database that is missing or empty, in one transaction; nothing stays of a file that is refused.
/// The text is trusted in nothing: what a row may hold is in column_rules.hpp, and what was imported is
/// checked as check_database() does. Errors name the line and the column. Fails with Errc::storage_error
/// while a service or another import has the database. `on_progress` is asked before `in` is read and after.
Result<std::uint64_t> import_database(const std::string& database, std::istream& in,
                                      const OnProgress& on_progress = {});

}  // namespace parley::chat_service
