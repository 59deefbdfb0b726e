#include "chat_service/src/transfer/check.hpp"

#include "chat_service/src/transfer/check_rules.hpp"

namespace parley::chat_service {
namespace {

constexpr std::size_t kCases = 20;  // of one kind

void collect(storage::Query query, const std::string& what, Violations& out) {
  std::size_t seen = 0;
  while (query.next())
    if (++seen <= kCases) out.push_back(what + ": " + query.text(0));
  if (seen > kCases) out.push_back(what + ": and " + std::to_string(seen - kCases) + " more");
}

}  // namespace

Violations check_rows(DatabaseFile& file) {
  Violations found;
  collect(file->query("SELECT \"table\" || ' row ' || COALESCE(rowid, '?') || ' -> ' || parent "
                      "FROM pragma_foreign_key_check"),
          "a row refers to one that does not exist", found);
  for (const CheckRule& rule : check_rules()) collect(file->query(rule.sql), rule.what, found);
  if (const auto done = file.outcome(); !done) found.push_back(done.error().message);
  return found;
}

Result<Violations> check_database(const std::string& database) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  const Snapshot snapshot(**file);
  Violations found;
  collect((*file)->query("SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
          "the file is damaged", found);
  for (auto& violation : check_rows(*file)) found.push_back(std::move(violation));
  return found;
}

}  // namespace parley::chat_service
