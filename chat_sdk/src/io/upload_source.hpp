#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <parley/error.hpp>
#include <parley/message.hpp>

#include "chat_sdk/src/io/user_gate.hpp"
#include "common/base/http.hpp"

namespace parley::detail {

/// The bytes of one file of a message, read while they are sent, never in memory as a whole: from the disk,
/// from the message, or from what the user's function opens. For one try; the next one opens it again.
///
/// What is to be sent must be exactly what was announced: the last piece is held back until it is certain
/// that nothing has changed, so that the service never takes what is not the file.
class UploadSource final : public http::BodySource {
 public:
  /// Where the bytes come from.
  class Origin {
   public:
    virtual ~Origin() = default;
    virtual std::uint64_t size() const = 0;
    /// 0: it has ended.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> into) = 0;
    /// All was read: is that all, and still the same?
    virtual Result<void> confirm_end() = 0;
  };

  /// Of `message->files[index]`. Errors name the field.
  static Result<std::shared_ptr<UploadSource>> open(std::weak_ptr<const NewMessage> message,
                                                    std::size_t index, std::shared_ptr<UserGate> gate);

  UploadSource(std::unique_ptr<Origin> origin, std::string field)
      : origin_(std::move(origin)), field_(std::move(field)) {}

  std::uint64_t size() const override { return origin_->size(); }
  std::size_t read(std::span<char> into) override;
  /// Of a size of 0, which nobody reads: has it really nothing?
  Result<void> confirm_empty();
  /// Why read() returned 0 too early.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  std::size_t fail(Error error);

  std::unique_ptr<Origin> origin_;
  std::string field_;
  std::uint64_t at_ = 0;
  std::optional<Error> failure_;
};

}  // namespace parley::detail
