#pragma once
#include <string>
#include <vector>

#include "chat_service/src/transfer/database_file.hpp"

namespace parley::chat_service {

enum class ColumnType { text, integer, any };

struct Column {
  std::string name{};
  ColumnType type = ColumnType::any;
  bool nullable = false;
};

struct TableColumns {
  std::string table{};
  std::vector<Column> columns{};
  std::vector<std::string> primary_key{};
  std::string condition = "1";  ///< SQL: which rows belong to nothing that is deleted and not erased yet
};

/// The tables whose rows are the service's data, by name. Not the schema's version and not the secret.
std::vector<TableColumns> tables_of(DatabaseFile& file);

/// "a, b, c"
std::string join(const std::vector<std::string>& words);
std::string join(const std::vector<Column>& columns);

}  // namespace parley::chat_service
