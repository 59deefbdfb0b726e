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

Result<Violations> check_pages(DatabaseFile& file, const OnProgress& on_progress) {
  const Progress now{.doing = "looking at the pages of the file"};
  if (auto goes_on = report(on_progress, now); !goes_on) return goes_on.error();
  const Watch watch(*file, on_progress, now);
  Violations found;
  collect(file->query("SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
          "the file is damaged", found);
  return found;
}

// A damaged file fails statements: that is a finding, with those that were made before.
Result<Violations> failed(const Error& error, Violations found) {
  if (error.code == Errc::cancelled) return error;
  found.push_back(error.message);
  return found;
}

}  // namespace

Result<Violations> check_rows(DatabaseFile& file, const OnProgress& on_progress) {
  Progress now{.doing = "rules checked", .total = check_rules().size()};
  const Watch watch(*file, on_progress, now);
  Violations found;
  collect(file->query("SELECT \"table\" || ' row ' || COALESCE(rowid, '?') || ' -> ' || parent "
                      "FROM pragma_foreign_key_check"),
          "a row refers to one that does not exist", found);
  for (const CheckRule& rule : check_rules()) {
    if (auto goes_on = report(on_progress, now); !goes_on) return goes_on.error();
    collect(file->query(rule.sql), rule.what, found);
    ++now.done;
  }
  if (const auto done = file.outcome(); !done) return failed(done.error(), found);
  return found;
}

Result<Violations> check_database(const std::string& database, const OnProgress& on_progress) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  const Snapshot snapshot(**file);
  auto found = check_pages(*file, on_progress);
  if (!found) return found;
  const auto rows = check_rows(*file, on_progress);
  if (!rows) return rows;
  found->insert(found->end(), rows->begin(), rows->end());
  return found;
}

}  // namespace parley::chat_service
