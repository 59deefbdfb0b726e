#include "token_server/audit/audit_log.hpp"

#include <algorithm>
#include <mutex>

#include "token_server/audit/append_file.hpp"
#include "token_server/audit/audit_line.hpp"

namespace parley::token_server {

struct AuditLog::Impl {
  Impl(std::unique_ptr<AppendFile> opened, const Clock& time) : file(std::move(opened)), clock(time) {}

  /// Learns what other processes appended. Under the lock.
  Result<void> catch_up() {
    const auto now = file->size();
    if (!now) return now.error();
    if (*now < size) return fail("is shorter than it was: lines were cut off");
    if (*now == size) return {};
    auto last = read_last_link(*now);
    if (!last) return last.error();
    size = *now;
    head = std::move(*last);
    return {};
  }

  Result<AuditLink> read_last_link(std::uint64_t end) const {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(end, kAuditLineBytes));
    auto tail = file->read(end - count, count);
    if (!tail) return tail.error();
    if (tail->back() != '\n') return fail("its last line has no end: the write was cut short");
    tail->pop_back();
    const auto start = tail->rfind('\n');
    const auto line = decode_audit_line(std::string_view(*tail).substr(start == tail->npos ? 0 : start + 1));
    if (!line) return fail("its last line is not a link of the chain: " + line.error().message);
    return line->link;
  }

  Error fail(const std::string& what) const {
    return {.code = Errc::storage_error,
            .message =
                "audit log " + file->path() + ": " + what + "; `token_server audit verify` names the line"};
  }

  const std::unique_ptr<AppendFile> file;
  const Clock& clock;
  std::mutex mutex;  ///< the lock on the file is between processes only
  std::uint64_t size = 0;
  AuditLink head;
};

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::string& path, const Clock& clock) {
  auto file = AppendFile::open(path);
  if (!file) return file.error();
  auto impl = std::make_unique<Impl>(std::move(*file), clock);
  const AppendFile::Lock lock(*impl->file);
  if (!lock.taken) return lock.taken.error();
  if (auto read = impl->catch_up(); !read) return read.error();
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(impl)));
}

AuditLog::AuditLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AuditLog::~AuditLog() = default;

Result<void> AuditLog::append(const AuditEvent& event) {
  const std::lock_guard guard(impl_->mutex);
  const AppendFile::Lock lock(*impl_->file);
  if (!lock.taken) return lock.taken.error();
  if (auto read = impl_->catch_up(); !read) return read;
  auto line = encode_audit_line(event, impl_->clock.wall_now(), impl_->head);
  if (auto written = impl_->file->append(line.text); !written) return written;
  impl_->size += line.text.size();
  impl_->head = std::move(line.link);
  return {};
}

Result<void> AuditLog::check() const { return impl_->file->check(); }

}  // namespace parley::token_server
