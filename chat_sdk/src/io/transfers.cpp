#include "chat_sdk/src/io/transfers.hpp"

#include <boost/asio/post.hpp>

#include "chat_sdk/src/io/file_source.hpp"
#include "chat_sdk/src/model/file_name.hpp"
#include "common/base/encoding.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {
namespace {

constexpr std::string_view kDefaultType = "application/octet-stream";

std::string field_of(std::size_t index) { return "files[" + std::to_string(index) + "]"; }

/// What is not a success becomes an error with all its layers.
Result<http::Response> checked(Result<http::Response> answer) {
  if (answer && answer->status / 100 != 2) return conversations::to_error(*answer);
  return answer;
}

Error no_link() { return {.code = Errc::not_found, .message = "the service gives no link to this medium"}; }

}  // namespace

/// A transfer under way: at most one call at a time.
class Transfers::Job : public std::enable_shared_from_this<Job> {
 public:
  Job(Transfers& owner, MediaAccess access) : owner_(owner), access_(std::move(access)) {}
  virtual ~Job() = default;
  virtual void run() = 0;
  void set_id(Id id) { id_ = id; }

 protected:
  void call(net::HttpCall call, std::string_view url, std::function<void(Result<http::Response>)> then) {
    auto parsed = net::parse_url(std::string(url));
    if (!parsed) return then(parsed.error());
    call.url = std::move(*parsed);
    if (const auto ready = owner_.options_.ways.prepare(call); !ready) return then(ready.error());
    call.timeout = owner_.options_.silence;
    const auto& watch = owner_.options_.watch;
    const auto watched = watch ? watch(call.method, url) : [](const Result<http::Response>&) {};
    pending_ = net::http_call(owner_.executor_, std::move(call),
                              [weak = weak_from_this(), then = std::move(then), watched](auto answer) {
                                const auto self = weak.lock();  // kept: the answer may end the transfer
                                if (!self) return;
                                answer = checked(std::move(answer));
                                watched(answer);
                                then(std::move(answer));
                              });
  }

  http::Fields token_field() const { return {{"X-Twilio-Token", access_.token}}; }
  void end() { owner_.end(id_); }

  Transfers& owner_;
  MediaAccess access_;

 private:
  Id id_ = 0;
  std::unique_ptr<net::PendingCall> pending_;
};

class Transfers::Upload final : public Job {
 public:
  Upload(Transfers& owner, MediaAccess access, std::shared_ptr<const NewMessage> message, std::size_t index,
         Done<std::string> done)
      : Job(owner, std::move(access)), message_(std::move(message)), index_(index), done_(std::move(done)) {}

  void run() override {
    auto total = std::make_shared<std::uint64_t>(0);
    const NewFile& file = message_->files[index_];
    auto source = open_source(file, field_of(index_), [this, total](std::uint64_t bytes) {
      if (message_->on_progress) message_->on_progress({index_, bytes, *total});
    });
    if (!source) return finish(source.error());
    *total = (*source)->size();
    send(file, std::move(*source));
  }

 private:
  void send(const NewFile& file, std::shared_ptr<http::BodySource> source) {
    net::HttpCall request{.method = "POST", .headers = token_field()};
    request.headers.emplace_back("Content-Type",
                                 file.content_type.empty() ? std::string(kDefaultType) : file.content_type);
    if (source->size() > 0) request.source = std::move(source);
    std::string url = access_.url + "?Category=media";
    if (const auto name = file_name_of(file); !name.empty()) url += "&Filename=" + percent_encode(name);
    call(std::move(request), url, [this](const auto& answer) { on_answer(answer); });
  }

  void on_answer(const Result<http::Response>& answer) {
    if (!answer) return finish(answer.error());
    auto record = conversations::decode_medium_record(answer->body);
    record ? finish(std::move(record->sid)) : finish(record.error());
  }

  void finish(Result<std::string> outcome) {
    const auto done = std::move(done_);
    end();
    done(std::move(outcome));
  }

  std::shared_ptr<const NewMessage> message_;
  std::size_t index_;
  Done<std::string> done_;
};

/// Asks for a link; with a file, also for what it leads to.
class Transfers::Fetch final : public Job {
 public:
  using Finish = std::function<void(Result<conversations::MediumRecord>)>;

  Fetch(Transfers& owner, MediaAccess access, Download wanted, Finish done)
      : Job(owner, std::move(access)), wanted_(std::move(wanted)), done_(std::move(done)) {}

  void run() override {
    call({.headers = token_field()}, access_.url + "/" + percent_encode(wanted_.sid),
         [this](auto answer) { on_record(std::move(answer)); });
  }

 private:
  void on_record(Result<http::Response> answer) {
    if (!answer) return finish(answer.error());
    auto record = conversations::decode_medium_record(answer->body);
    if (!record) return finish(record.error());
    if (record->url.empty()) return finish(no_link());
    record_ = std::move(*record);
    if (wanted_.path.empty()) return finish(record_);
    auto file = PartFile::create(wanted_.path);
    if (!file) return finish(file.error());
    file_ = std::move(*file);
    net::HttpCall request;
    request.take = [this](std::string_view bytes) { return take(bytes); };
    call(std::move(request), record_.url, [this](auto whole) { on_content(std::move(whole)); });
  }

  Result<void> take(std::string_view bytes) {
    auto written = file_->write(bytes);
    if (written && wanted_.on_progress)
      wanted_.on_progress({0, file_->size(), static_cast<std::uint64_t>(record_.size)});
    return written;
  }

  void on_content(Result<http::Response> answer) {
    if (!answer) return finish(answer.error());
    record_.size = static_cast<std::int64_t>(file_->size());
    if (auto kept = file_->keep(); !kept) return finish(kept.error());
    finish(record_);
  }

  void finish(Result<conversations::MediumRecord> outcome) {
    const auto done = std::move(done_);
    end();
    done(std::move(outcome));
  }

  Download wanted_;
  Finish done_;
  conversations::MediumRecord record_;
  std::shared_ptr<PartFile> file_;
};

Transfers::Transfers(boost::asio::any_io_executor executor, TransferOptions options)
    : executor_(std::move(executor)), options_(std::move(options)) {}

Transfers::~Transfers() = default;

Transfers::Id Transfers::start(std::shared_ptr<Job> job) {
  const Id id = ++last_id_;
  job->set_id(id);
  jobs_.emplace(id, job);
  boost::asio::post(executor_, [weak = std::weak_ptr<Job>(job)] {
    if (const auto self = weak.lock()) self->run();
  });
  return id;
}

Transfers::Id Transfers::upload(MediaAccess access, std::shared_ptr<const NewMessage> message,
                                std::size_t file, Done<std::string> done) {
  return start(std::make_shared<Upload>(*this, std::move(access), std::move(message), file, std::move(done)));
}

Transfers::Id Transfers::download(MediaAccess access, Download wanted, Done<std::uint64_t> done) {
  return start(std::make_shared<Fetch>(
      *this, std::move(access), std::move(wanted), [done = std::move(done)](auto record) {
        record ? done(static_cast<std::uint64_t>(record->size)) : done(record.error());
      }));
}

Transfers::Id Transfers::ask_url(MediaAccess access, const std::string& sid, Done<std::string> done) {
  return start(std::make_shared<Fetch>(
      *this, std::move(access), Download{sid, "", {}},
      [done = std::move(done)](auto record) { record ? done(record->url) : done(record.error()); }));
}

void Transfers::stop(Id id) { jobs_.erase(id); }
void Transfers::stop_all() { jobs_.clear(); }

// Destroyed later: it is the one that is running.
void Transfers::end(Id id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  boost::asio::post(executor_, [job = std::move(found->second)] {});
  jobs_.erase(found);
}

}  // namespace parley::detail
