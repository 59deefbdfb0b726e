#include <utility>

#include "chat_sdk/src/io/download_file.hpp"
#include "chat_sdk/src/io/transfer_jobs.hpp"
#include "chat_sdk/src/transfer/download_machine.hpp"
#include "common/net/wake_timer.hpp"

namespace parley::detail {
namespace {

/// Does what the machine says; without a path, only as far as a link.
class DownloadJob final : public TransferJob, public std::enable_shared_from_this<DownloadJob> {
 public:
  DownloadJob(TransferContext& context, std::shared_ptr<MediaLinks> links, DownloadWish wish, Finish finish)
      : context_(context),
        links_(std::move(links)),
        wish_(std::move(wish)),
        finish_(std::move(finish)),
        machine_(context_.options.patience, context_.now()),
        timer_(context_.executor, *context_.options.clock, [this] { on_waited(); }) {}

  void start() override {
    if (wish_.path.empty()) return apply(machine_.start());
    auto file = DownloadFile::create(wish_.path, context_.random);
    if (!file) return finish(file.error());
    file_ = std::move(*file);
    apply(machine_.start());
  }

 private:
  using Machine = DownloadMachine;

  void apply(Machine::Step step) {
    std::visit([this](auto& next) { perform(next); }, step);
  }

  void perform(const Machine::AskLink& ask) {
    links_->get(wish_.sid, ask.refused, weak_from_this(), [this](Result<MediaLink> link) {
      if (!link)
        return apply(machine_.on_link_failed(context_.now(), link.error(), context_.random.uniform()));
      if (!file_) return finish(TransferOutcome{.text = std::move(link->url)});
      url_ = std::move(link->url);
      apply(machine_.on_link(link->bytes));
    });
  }

  void perform(Machine::Get& get) {
    net::HttpCall call{.headers = std::move(get.headers), .timeout = get.silence};
    call.on_head = [this](const http::Response& head) { return on_head(head); };
    call.take = [this](std::string_view bytes) { return take(bytes); };
    // Kept while it is told: the end of the transfer may be the end of this.
    pending_ = context_.call(std::move(call), url_, [weak = weak_from_this()](Result<http::Response> answer) {
      const auto self = weak.lock();
      if (!self) return;
      self->apply(self->machine_.on_answer(self->context_.now(), answer, self->context_.random.uniform()));
    });
  }

  void perform(const Machine::Wait& wait) { timer_.wait_until(context_.now() + wait.time); }

  void on_waited() {
    const auto self = shared_from_this();  // The end of the transfer may be the end of this.
    apply(machine_.on_waited());
  }

  void perform(const Machine::Finished& whole) {
    if (const auto kept = keep(); !kept) return finish(kept.error());
    finish(TransferOutcome{.bytes = whole.bytes});
  }

  // Asked within the gate: a client that is gone gives no file its name any more, either.
  Result<void> keep() {
    Result<void> kept = Error{.code = Errc::cancelled, .message = "the file is not wanted any more"};
    context_.gate->enter([&] {
      if (!wish_.wanted.expired()) kept = file_->keep();
    });
    return kept;
  }

  void perform(Machine::Failed& failed) { finish(std::move(failed.error)); }

  // Whoever is told that it failed finds nothing of it.
  void finish(Result<TransferOutcome> outcome) {
    file_.reset();
    finish_(std::move(outcome));
  }

  Result<void> on_head(const http::Response& head) {
    const auto place = machine_.on_head(head);
    if (!place) return place.error();
    return *place == Machine::Place::start ? file_->clear() : Result<void>();
  }

  Result<void> take(std::string_view bytes) {
    if (auto written = file_->write(bytes); !written) return written;
    if (auto fits = machine_.on_bytes(context_.now(), bytes.size()); !fits) return fits;
    context_.gate->enter([&] {
      if (const auto tell = context_.gate->borrow(wish_.on_progress))
        (*tell)({0, machine_.bytes(), machine_.total().value_or(0)});
    });
    return {};
  }

  TransferContext& context_;
  std::shared_ptr<MediaLinks> links_;
  DownloadWish wish_;
  Finish finish_;
  DownloadMachine machine_;
  net::WakeTimer timer_;
  std::unique_ptr<DownloadFile> file_;
  std::string url_;
  std::unique_ptr<net::PendingCall> pending_;
};

}  // namespace

std::shared_ptr<TransferJob> make_download(TransferContext& context, std::shared_ptr<MediaLinks> links,
                                           DownloadWish wish, TransferJob::Finish finish) {
  return std::make_shared<DownloadJob>(context, std::move(links), std::move(wish), std::move(finish));
}

}  // namespace parley::detail
