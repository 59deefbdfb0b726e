#include "chat_service/src/media/upload.hpp"

#include "chat_service/src/media/content.hpp"
#include "chat_service/src/media/media_type.hpp"
#include "chat_service/src/media/refusal.hpp"
#include "common/base/limits.hpp"
#include "common/base/trim.hpp"

namespace parley::chat_service::media {
namespace {

Error too_large(std::uint64_t max_bytes) {
  return refused(413, "expected a file of at most " + std::to_string(max_bytes) + " bytes");
}

std::string_view content_type_of(const http::Request& head) {
  return http::find_header(head.headers, "content-type").value_or("");
}

Result<std::string> category_of(const http::Request& head) {
  const std::string category(http::find_param(head.params, "Category").value_or("media"));
  if (!is_category(category)) return refused(400, "Category: expected media, body or history");
  return category;
}

Result<std::string> accepted_type(std::string_view text, const MediaOptions& options) {
  auto type = clean_content_type(text);
  if (type && !is_allowed(options.content_types, *type))
    return refused(415, "Content-Type: not accepted here");
  return type;
}

Error noted(const Draft& draft, const Error& failure) {
  draft.note(failure);
  return failure;
}

/// Takes more of the file, up to the limits.
Result<void> append(Draft& draft, std::string_view bytes, std::uint64_t max_bytes) {
  const std::uint64_t size = draft.pipe->size() + bytes.size();
  if (size > max_bytes) return too_large(max_bytes);
  if (auto claimed = draft.claim->grow_to(size); !claimed) return claimed;
  if (const auto taken = draft.space->take(bytes.size()); !taken) return noted(draft, taken.error());
  if (const auto taken = draft.pipe->write(bytes); !taken) return noted(draft, taken.error());
  return {};
}

std::optional<http::Response> refusal_of(const Result<void>& result) {
  if (result) return std::nullopt;
  return refusal(result.error());
}

}  // namespace

bool is_form(const http::Request& head) {
  return http::equal_ignoring_case(trim_blanks(essence(content_type_of(head))), "multipart/form-data");
}

Result<Medium> read_upload_head(const http::Request& head, std::optional<std::uint64_t> length,
                                const MediaOptions& options) {
  const std::uint64_t around = is_form(head) ? limits::kMultipartOtherBytes : 0;
  if (length && *length > options.max_bytes + around) return too_large(options.max_bytes);
  auto category = category_of(head);
  if (!category) return category.error();
  auto filename = clean_filename(http::find_param(head.params, "Filename").value_or(""));
  if (!filename) return filename.error();
  Medium medium{.category = std::move(*category), .filename = std::move(*filename)};
  if (is_form(head)) return medium;
  auto type = accepted_type(content_type_of(head), options);
  if (!type) return type.error();
  medium.content_type = std::move(*type);
  return medium;
}

RawUpload::RawUpload(Draft draft, Rules rules, Keep keep)
    : draft_(std::move(draft)), rules_(std::move(rules)), keep_(std::move(keep)) {}

std::optional<http::Response> RawUpload::write(std::string_view bytes) {
  return refusal_of(append(draft_, bytes, rules_->max_bytes));
}

void RawUpload::finish(std::function<void(http::Response)> reply) {
  keep_(std::move(draft_), std::move(reply));
}

FormUpload::FormUpload(Draft draft, const std::string& boundary, Rules rules, Keep keep)
    : draft_(std::move(draft)), rules_(std::move(rules)), keep_(std::move(keep)), reader_(boundary) {}

std::optional<http::Response> FormUpload::write(std::string_view bytes) {
  return refusal_of(reader_.feed(bytes, *this));
}

Result<void> FormUpload::on_part(const http::Part& part) {
  in_file_ = part.filename.has_value();
  if (!in_file_) return {};
  if (has_file_) return refused(400, "form: expected one file");
  has_file_ = true;
  auto type = accepted_type(part.content_type, *rules_);
  if (!type) return type.error();
  auto filename = clean_filename(*part.filename);
  if (!filename) return filename.error();
  draft_.medium.content_type = std::move(*type);
  if (*filename) draft_.medium.filename = std::move(*filename);
  return {};
}

Result<void> FormUpload::on_data(std::string_view bytes) {
  if (in_file_) return append(draft_, bytes, rules_->max_bytes);
  other_bytes_ += bytes.size();
  if (other_bytes_ > limits::kMultipartOtherBytes)
    return refused(400, "form: too much in it that is no file");
  return {};
}

void FormUpload::finish(std::function<void(http::Response)> reply) {
  if (!reader_.complete()) return reply(refusal(refused(400, "form: expected a closing boundary")));
  if (!has_file_) return reply(refusal(refused(400, "form: expected a part with a filename")));
  keep_(std::move(draft_), std::move(reply));
}

}  // namespace parley::chat_service::media
