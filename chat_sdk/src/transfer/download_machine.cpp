#include "chat_sdk/src/transfer/download_machine.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "chat_sdk/src/transfer/transfer_error.hpp"
#include "common/base/trim.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {
namespace {

Error broke_protocol(std::string message) {
  return {.code = Errc::protocol_error, .message = std::move(message)};
}

std::string in_bytes(std::uint64_t count) { return std::to_string(count) + " bytes"; }

/// Takes a number from the start of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint64_t> content_length(const http::Response& head) {
  const auto value = http::find_header(head.headers, "Content-Length");
  if (!value) return std::nullopt;
  std::string_view text = trim_blanks(*value);
  const auto length = take_number(text);
  return text.empty() ? length : std::nullopt;
}

/// "" for a weak one: two files may share it.
std::string strong_tag(const http::Response& head) {
  const auto value = http::find_header(head.headers, "ETag");
  if (!value) return "";
  const std::string_view tag = trim_blanks(*value);
  return tag.size() > 2 && tag.front() == '"' && tag.back() == '"' ? std::string(tag) : "";
}

/// The link may have been good for a while only.
bool says_link_is_over(int status) {
  return status == 400 || status == 401 || status == 403 || status == 410;
}

}  // namespace

/// What "bytes 5-9/10" says.
struct DownloadMachine::Part {
  std::uint64_t first = 0, last = 0, total = 0;

  static std::optional<Part> of(const http::Response& head) {
    const auto value = http::find_header(head.headers, "Content-Range");
    if (!value) return std::nullopt;
    std::string_view text = trim_blanks(*value);
    if (!take(text, "bytes ")) return std::nullopt;
    const auto first = take_number(text);
    if (!first || !take(text, "-")) return std::nullopt;
    const auto last = take_number(text);
    if (!last || !take(text, "/")) return std::nullopt;
    const auto total = take_number(text);
    if (!total || !text.empty() || *last < *first || *last >= *total) return std::nullopt;
    return Part{*first, *last, *total};
  }
};

DownloadMachine::Step DownloadMachine::start() { return AskLink{}; }

DownloadMachine::Step DownloadMachine::on_link(std::uint64_t expected_bytes) {
  if (expected_bytes > 0) expected_ = expected_bytes;
  Get get{{{"Accept-Encoding", "identity"}}, std::max<Duration>(patience_ / 2, std::chrono::milliseconds(1))};
  asked_for_part_ = may_resume();
  if (asked_for_part_) {
    get.headers.emplace_back("Range", "bytes=" + std::to_string(bytes_) + "-");
    get.headers.emplace_back("If-Range", tag_);
  }
  return get;
}

DownloadMachine::Step DownloadMachine::on_link_failed(TimePoint now, const Error& error, double random) {
  return may_pass(error) ? broken(now, error, random) : Failed{error};
}

Result<DownloadMachine::Place> DownloadMachine::on_head(const http::Response& head) {
  if (head.status == 200) return on_whole(head);
  if (head.status == 206) return on_part(head);
  return broke_protocol("the service answers a download with status " + std::to_string(head.status));
}

Result<DownloadMachine::Place> DownloadMachine::on_whole(const http::Response& head) {
  bytes_ = 0;
  tag_ = strong_tag(head);
  total_ = content_length(head);
  if (!total_) total_ = expected_;
  if (expected_ && total_ != expected_)
    return broke_protocol("the service sends " + in_bytes(*total_) + " of a file of " + in_bytes(*expected_));
  return Place::start;
}

Result<DownloadMachine::Place> DownloadMachine::on_part(const http::Response& head) {
  if (!asked_for_part_)
    return broke_protocol("the service sends a part of a file that was asked for as a whole");
  const auto part = Part::of(head);
  const bool fits = part && strong_tag(head) == tag_ && part->first == bytes_ &&
                    part->last + 1 == part->total && (!total_ || part->total == *total_);
  misfit_ = !fits;
  if (misfit_) return broke_protocol("the service sends another part of the file than the one asked for");
  total_ = part->total;
  return Place::end;
}

Result<void> DownloadMachine::on_bytes(TimePoint now, std::size_t count) {
  bytes_ += count;
  if (total_ && bytes_ > *total_)
    return broke_protocol("the service sends more than the " + in_bytes(*total_) + " that it has announced");
  if (bytes_ <= longest_) return check_patience(now);
  longest_ = bytes_;
  progress_at_ = now;
  link_refused_ = false;
  backoff_.reset();
  return {};
}

// Bytes that were there before are no progress, however long they keep coming.
Result<void> DownloadMachine::check_patience(TimePoint now) const {
  if (now - progress_at_ <= patience_) return {};
  return Error{.code = Errc::timed_out,
               .message = "nothing but the " + in_bytes(longest_) + " that were there before has come"};
}

DownloadMachine::Step DownloadMachine::on_answer(TimePoint now, const Result<http::Response>& answer,
                                                 double random) {
  if (std::exchange(misfit_, false)) return start_over();
  if (answer) return on_status(now, *answer, random);
  return may_pass(answer.error()) ? broken(now, answer.error(), random) : Failed{answer.error()};
}

DownloadMachine::Step DownloadMachine::on_status(TimePoint now, const http::Response& answer, double random) {
  if (answer.status / 100 == 2) return on_end(now, random);
  if (answer.status == 416 && asked_for_part_) return start_over();
  if (says_link_is_over(answer.status) && !std::exchange(link_refused_, true))
    return AskLink{.refused = true};
  const Error error = conversations::to_error(answer);
  return may_pass(error) ? broken(now, error, random) : Failed{error};
}

DownloadMachine::Step DownloadMachine::on_end(TimePoint now, double random) {
  if (!total_ || bytes_ == *total_) return Finished{bytes_};
  return broken(now,
                {.code = Errc::connection_lost,
                 .message = "the answer ended after " + in_bytes(bytes_) + " of " + in_bytes(*total_)},
                random);
}

// Not by ranges any more: whoever does not keep to them once would start it over for ever.
DownloadMachine::Step DownloadMachine::start_over() {
  ranges_work_ = false;
  return AskLink{};
}

DownloadMachine::Step DownloadMachine::broken(TimePoint now, Error error, double random) {
  if (total_ && bytes_ > 0 && bytes_ == *total_) return Finished{bytes_};
  const Duration left = patience_ - (now - progress_at_);
  if (left <= Duration::zero()) return Failed{nothing_happened(std::move(error))};
  const Duration asked = error.retry_after.value_or(std::chrono::milliseconds(0));
  if (asked > left) return Failed{nothing_happened(std::move(error))};  // It would be refused again.
  return Wait{std::min(std::max(backoff_.after_failure(random), asked), left)};
}

}  // namespace parley::detail
