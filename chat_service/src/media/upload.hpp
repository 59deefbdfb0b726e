#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "chat_service/core.hpp"
#include "chat_service/src/free_space.hpp"
#include "chat_service/src/media/blob_pipe.hpp"
#include "chat_service/src/media/quota.hpp"
#include "chat_service/src/model.hpp"
#include "common/base/multipart.hpp"
#include "common/net/http_body.hpp"

namespace parley::chat_service::media {

/// Tells the operator that the disk failed, or is full.
using Note = std::function<void(const Error&)>;

/// An upload on its way.
struct Draft {
  Caller caller{};
  Medium medium{};  ///< what is known of it
  std::shared_ptr<BlobPipe> pipe{};
  std::shared_ptr<void> seat{};  ///< one of those that a user may have
  std::shared_ptr<Quota::Claim> claim{};
  std::shared_ptr<FreeSpace> space{};
  Note note{};
};

/// Takes a draft whose bytes are complete, stores it, answers.
using Keep = std::function<void(Draft, std::function<void(http::Response)> reply)>;

using Rules = std::shared_ptr<const MediaOptions>;

/// What a request's head says of an upload. Errors: 400 (category, filename, type), 413, 415.
Result<Medium> read_upload_head(const http::Request& head, std::optional<std::uint64_t> length,
                                const MediaOptions& options);
bool is_form(const http::Request& head);

/// Bytes as they are: the body is the file.
class RawUpload final : public net::BodySink {
 public:
  RawUpload(Draft draft, Rules rules, Keep keep);
  std::optional<http::Response> write(std::string_view bytes) override;
  bool holds_back(std::function<void()> go_on) override { return draft_.pipe->holds_back(std::move(go_on)); }
  void finish(std::function<void(http::Response)> reply) override;

 private:
  Draft draft_;
  Rules rules_;
  Keep keep_;
};

/// A browser's form: its first part with a file name is the file, and the only one; the others are skipped.
class FormUpload final : public net::BodySink, private http::PartHandler {
 public:
  FormUpload(Draft draft, const std::string& boundary, Rules rules, Keep keep);
  std::optional<http::Response> write(std::string_view bytes) override;
  bool holds_back(std::function<void()> go_on) override { return draft_.pipe->holds_back(std::move(go_on)); }
  void finish(std::function<void(http::Response)> reply) override;

 private:
  Result<void> on_part(const http::Part& part) override;
  Result<void> on_data(std::string_view bytes) override;

  Draft draft_;
  Rules rules_;
  Keep keep_;
  http::MultipartReader reader_;
  bool in_file_ = false;
  bool has_file_ = false;
  std::size_t other_bytes_ = 0;
};

}  // namespace parley::chat_service::media
