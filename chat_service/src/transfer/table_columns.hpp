#pragma once
#include <string>
#include <vector>

#include "chat_service/src/transfer/database_file.hpp"

namespace parley::chat_service {

struct TableColumns {
  std::string table{};
  std::vector<std::string> columns{};
  std::vector<std::string> primary_key{};
};

/// The tables whose rows are the service's data, by name. Not the schema's version and not the secret.
std::vector<TableColumns> tables_of(DatabaseFile& file);

/// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace parley::chat_service
