#include <string_view>
#include <utility>

#include "chat_sdk/src/io/transfer_jobs.hpp"
#include "chat_sdk/src/io/upload_source.hpp"
#include "chat_sdk/src/model/file_name.hpp"
#include "chat_sdk/src/transfer/transfer_error.hpp"
#include "common/base/encoding.hpp"

namespace parley::detail {
namespace {

constexpr std::string_view kDefaultType = "application/octet-stream";

/// One try: the outbox repeats it.
class UploadJob final : public TransferJob, public std::enable_shared_from_this<UploadJob> {
 public:
  UploadJob(TransferContext& context, UploadWish wish, Finish finish)
      : context_(context), wish_(std::move(wish)), finish_(std::move(finish)) {}

  void start() override {
    auto source = UploadSource::open(wish_.message, wish_.index, context_.gate);
    if (!source) return finish_(source.error());
    source_ = std::move(*source);
    total_ = source_->size();
    if (total_ > context_.access.max_file_bytes) return finish_(too_large());
    if (total_ == 0)
      if (const auto empty = source_->confirm_empty(); !empty) return finish_(empty.error());
    send();
  }

 private:
  Error too_large() const {
    return {.code = Errc::limit_exceeded,
            .message = "files[" + std::to_string(wish_.index) + "]: expected at most " +
                       std::to_string(context_.access.max_file_bytes) + " bytes, got " +
                       std::to_string(total_)};
  }

  void send() {
    net::HttpCall call{.method = "POST", .headers = context_.token_field()};
    std::string url = context_.access.url + "?Category=media";
    std::string type;
    context_.gate->enter([&] {
      const auto message = context_.gate->borrow(wish_.message);
      if (!message) return;
      const NewFile& file = message->files[wish_.index];
      type = file.content_type;
      if (const auto name = file_name_of(file); !name.empty()) url += "&Filename=" + percent_encode(name);
    });
    call.headers.emplace_back("Content-Type", type.empty() ? std::string(kDefaultType) : type);
    call.timeout = context_.options.patience;
    if (total_ > 0) call.source = source_;
    call.on_sent = [this](std::uint64_t bytes) { tell_progress(bytes); };
    // Kept while it is told: the end of the transfer may be the end of this.
    pending_ = context_.call(std::move(call), url, [weak = weak_from_this()](Result<http::Response> answer) {
      if (const auto self = weak.lock()) self->on_answer(checked(std::move(answer)));
    });
  }

  void tell_progress(std::uint64_t bytes) {
    const auto state = bytes == total_ ? TransferState::awaiting_confirmation : TransferState::transferring;
    context_.gate->enter([&] {
      const auto message = context_.gate->borrow(wish_.message);
      if (message && message->on_progress) message->on_progress({wish_.index, bytes, total_, state});
    });
  }

  void on_answer(const Result<http::Response>& answer) {
    if (!answer) return finish_(source_->failure().value_or(nothing_happened(answer.error())));
    auto record = conversations::decode_medium_record(answer->body);
    if (!record) return finish_(record.error());
    finish_(TransferOutcome{.text = std::move(record->sid)});
  }

  TransferContext& context_;
  UploadWish wish_;
  Finish finish_;
  std::shared_ptr<UploadSource> source_;
  std::uint64_t total_ = 0;
  std::unique_ptr<net::PendingCall> pending_;
};

}  // namespace

std::shared_ptr<TransferJob> make_upload(TransferContext& context, UploadWish wish,
                                         TransferJob::Finish finish) {
  return std::make_shared<UploadJob>(context, std::move(wish), std::move(finish));
}

}  // namespace parley::detail
