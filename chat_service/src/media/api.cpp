#include "chat_service/src/media/api.hpp"

#include "chat_service/core.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/free_space.hpp"
#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/media/counts.hpp"
#include "chat_service/src/media/download.hpp"
#include "chat_service/src/media/file_source.hpp"
#include "chat_service/src/media/quota.hpp"
#include "chat_service/src/media/records.hpp"
#include "chat_service/src/media/refusal.hpp"
#include "chat_service/src/media/sweep.hpp"
#include "chat_service/src/media/target.hpp"
#include "chat_service/src/media/temporary_url.hpp"
#include "chat_service/src/media/upload.hpp"
#include "chat_service/src/media/worker.hpp"
#include "common/base/limits.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service::media {
namespace {

using Kind = Target::Kind;

bool is_method_of(Kind kind, std::string_view method) {
  if (kind == Kind::set || kind == Kind::all) return method == "POST";
  return method == "GET" || (kind == Kind::content && method == "HEAD");
}

/// A draft between its last byte and its answer. One owner at a time: whoever has it may be on any thread.
struct Sealing {
  Draft draft;
  Reply reply;
  std::shared_ptr<void> pin;  ///< while its file has a name but no row
  Result<void> outcome{};     ///< of the last step
};

/// A download while its file is looked for. As with Sealing.
struct Opening {
  std::string blob;
  Download plan;
  Reply reply;
  std::shared_ptr<void> place;  ///< among those that wait
  Result<os::File> file = os::File();
};

}  // namespace

class Api::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(ApiOptions options, Host host)
      : options_(std::move(options)),
        host_(std::move(host)),
        rules_(std::make_shared<const MediaOptions>(options_.media)),
        urls_(options_.secret, options_.media.url_life),
        quota_(options_.media.max_user_bytes) {}

  Result<void> open() {
    const std::string directory = directory_of(options_.media, options_.database);
    auto blobs = Blobs::open(directory, random_);
    if (!blobs) return blobs.error();
    blobs_ = std::move(*blobs);
    space_ = std::make_shared<FreeSpace>(
        options_.media.min_free_bytes,
        [free = host_.free_bytes, where = blobs_->directory()] { return free(where); });
    sweep_ = std::make_shared<Sweep>(Sweep::Tools{*blobs_, worker_, pins_, options_, host_, counters_});
    if (!directory.empty()) sweep_->start();
    return {};
  }

  net::BodyDecision on_body(const http::Request& head, std::optional<std::uint64_t> length) {
    if (head.method != "POST" || parse_target(head.path).kind != Kind::all) return std::monostate();
    auto sink = begin_upload(head, length);
    if (sink) return std::move(*sink);
    ++counters_.uploads_refused;
    return refusal(sink.error());
  }

  void on_request(http::Request request, Reply reply) {
    const Target target = parse_target(request.path);
    if (target.kind == Kind::none) return reply(refusal(errors::no_such_route(request.path)));
    if (!is_method_of(target.kind, request.method)) return reply(refusal(errors::method_not_allowed()));
    if (target.kind == Kind::all) return upload_whole(request, std::move(reply));
    if (target.kind == Kind::content) return send(target, std::move(request), std::move(reply));
    const auto caller = let_in(request, target);
    if (!caller) return reply(refusal(caller.error()));
    perform(
        *caller,
        [&](Scope& scope) {
          return target.kind == Kind::set ? records::describe_set(scope, urls_, request.body)
                                          : records::describe(scope, urls_, target.sid);
        },
        std::move(reply));
  }

  void tidy() { sweep_->start(); }
  Counters counters() const {
    Counters counters = counters_;
    counters.over_quota = quota_.refused();
    counters.without_room = space_->refused();
    return counters;
  }
  const std::string& directory() const { return blobs_->directory(); }

 private:
  Result<Caller> authenticate(const http::Request& request, const Target& target) const {
    const auto token = http::find_header(request.headers, "x-twilio-token");
    if (!token) return refused(401, "X-Twilio-Token: expected an access token");
    auto caller = host_.core.authenticate(*token, host_.clock.now(), host_.clock.wall_now());
    if (!caller) {
      Error error = caller.error();
      error.http_status = 401;
      return error;
    }
    if (caller->service_sid != target.service_sid) return errors::no_such_route(request.path);
    return caller;
  }

  /// Who asks, if it may ask now: known before anything is looked up or taken.
  Result<Caller> let_in(const http::Request& request, const Target& target) {
    auto caller = authenticate(request, target);
    if (caller && !host_.core.admit(*caller, host_.clock.now())) return refused(429, "Too many requests");
    return caller;
  }

  void perform(const Caller& caller, const Work& work, Reply reply) {
    host_.core.perform(caller, work, std::move(reply), host_.clock.now(), host_.clock.wall_now());
    host_.wake();
  }

  Result<std::unique_ptr<net::BodySink>> begin_upload(const http::Request& head,
                                                      std::optional<std::uint64_t> length) {
    auto caller = let_in(head, parse_target(head.path));
    if (!caller) return caller.error();
    auto medium = read_upload_head(head, length, options_.media);
    if (!medium) return medium.error();
    const std::string user = caller->service_sid + "/" + caller->identity;
    if (uploads_.of(user) >= limits::kMediaUploads)
      return refused(429, "expected fewer uploads at the same time");
    if (auto expected = space_->expect(length.value_or(0)); !expected) return failed(expected.error());
    // How much of a form is not the file is not known, so of one only what comes is claimed.
    auto claim = claim_room(*caller, user, is_form(head) ? 0 : length.value_or(0));
    if (!claim) return claim.error();
    return make_sink(head, {.caller = std::move(*caller),
                            .medium = std::move(*medium),
                            .seat = uploads_.take(user),
                            .claim = std::move(*claim),
                            .space = space_,
                            .note = [log = host_.log](const Error& failure) { note(log, failure); }});
  }

  Result<std::shared_ptr<Quota::Claim>> claim_room(const Caller& caller, const std::string& user,
                                                   std::uint64_t bytes) {
    const auto stored = stored_by(caller);
    if (!stored) return stored.error();
    return quota_.begin(user, *stored, bytes);
  }

  /// What the rows say, uncommitted ones too. The work is done within the call.
  Result<std::uint64_t> stored_by(const Caller& caller) {
    Result<std::uint64_t> stored = errors::busy();
    perform(caller,
            [&stored](Scope& scope) -> Result<Answer> {
              if (const auto bytes = scope.tables.media.bytes_of(scope.service_sid(), scope.caller.identity))
                stored = static_cast<std::uint64_t>(*bytes);
              return Answer{};
            },
            {});
    return stored;
  }

  Result<std::unique_ptr<net::BodySink>> make_sink(const http::Request& head, Draft draft) {
    std::string boundary;
    if (is_form(head)) {
      auto found =
          http::MultipartReader::boundary_of(http::find_header(head.headers, "content-type").value_or(""));
      if (!found) return found.error();
      boundary = std::move(*found);
    }
    draft.pipe = std::make_shared<BlobPipe>(blobs_->begin(), writer_);
    ++counters_.uploads_begun;
    const Keep keep = [weak = weak_from_this()](Draft whole, Reply reply) {
      if (const auto self = weak.lock()) self->seal(std::move(whole), std::move(reply));
    };
    std::unique_ptr<net::BodySink> sink;
    if (boundary.empty())
      sink = std::make_unique<RawUpload>(std::move(draft), rules_, keep);
    else
      sink = std::make_unique<FormUpload>(std::move(draft), boundary, rules_, keep);
    return sink;
  }

  /// An upload whose body came in one piece, for instance none.
  void upload_whole(const http::Request& request, Reply reply) {
    auto decision = on_body(request, request.body.size());
    if (auto* refusal = std::get_if<http::Response>(&decision)) return reply(std::move(*refusal));
    auto& sink = *std::get<std::unique_ptr<net::BodySink>>(decision);
    if (!request.body.empty())
      if (auto refusal = sink.write(request.body)) return reply(std::move(*refusal));
    sink.finish(std::move(reply));
  }

  /// What may wait for the disk happens on a worker's thread, and goes on here: first the last bytes are
  /// written, which gives the file its name, then it is flushed, then the row is written.
  void seal(Draft draft, Reply reply) {
    draft.medium.size = static_cast<std::int64_t>(draft.pipe->size());
    const auto pipe = draft.pipe;
    auto sealing = std::make_shared<Sealing>(Sealing{std::move(draft), std::move(reply), {}});
    pipe->finish([weak = weak_from_this(), post = host_.post,
                  sealing = std::move(sealing)](Result<void> written) mutable {
      sealing->outcome = std::move(written);
      // Moved, so that what it refers to does not end on this thread.
      post([weak = std::move(weak), sealing = std::move(sealing)] {
        if (const auto self = weak.lock()) self->flush(sealing);
      });
    });
  }

  void flush(const std::shared_ptr<Sealing>& sealing) {
    if (!sealing->outcome) return sealing->reply(refusal(failed(sealing->outcome.error())));
    sealing->draft.medium.blob = sealing->draft.pipe->writer().hash();
    sealing->pin = pins_.take(sealing->draft.medium.blob);
    worker_.run([weak = weak_from_this(), post = host_.post, sealing = sealing]() mutable {
      sealing->outcome = sealing->draft.pipe->writer().seal();
      post([weak = std::move(weak), sealing = std::move(sealing)] {
        if (const auto self = weak.lock()) self->store(sealing);
      });
    });
  }

  void store(const std::shared_ptr<Sealing>& sealing) {
    if (!sealing->outcome) return sealing->reply(refusal(failed(sealing->outcome.error())));
    perform(
        sealing->draft.caller,
        [&](Scope& scope) {
          sealing->draft.claim->keep();  // counted with the rows from now on
          return records::add(scope, urls_, sealing->draft.medium);
        },
        [weak = weak_from_this(), sealing](http::Response response) {
          const auto self = weak.lock();
          if (self && response.status == 201) {
            ++self->counters_.uploads;
            self->counters_.upload_bytes += static_cast<std::uint64_t>(sealing->draft.medium.size);
          }
          sealing->reply(std::move(response));
        });
  }

  void send(const Target& target, http::Request request, Reply reply) {
    const bool is_signed = TemporaryUrls::is_signed(request.params);
    if (is_signed && !urls_.allows(target.service_sid, target.sid, request.params, host_.clock.wall_now()))
      return reply(refusal(refused(403, "The link is not good, or not any more")));
    auto caller = is_signed ? Caller{.service_sid = target.service_sid} : let_in(request, target);
    if (!caller) return reply(refusal(caller.error()));
    auto found = std::make_shared<Medium>();
    const Work find = [&](Scope& scope) -> Result<Answer> {
      auto medium =
          is_signed ? records::find_for_anybody(scope, target.sid) : records::find(scope, target.sid);
      if (!medium) return medium.error();
      *found = std::move(*medium);
      return Answer{};
    };
    perform(*caller, find,
            [weak = weak_from_this(), found, request = std::move(request),
             reply = std::move(reply)](http::Response response) {
              const auto self = weak.lock();
              if (!self || response.status != 200) return reply(std::move(response));
              self->send_content(*found, request, reply);
            });
  }

  void send_content(const Medium& medium, const http::Request& request, const Reply& reply) {
    ++counters_.downloads;
    auto plan = plan_download(medium, request, options_.media.url_life);
    if (!plan.part) return reply(std::move(plan.response));
    if (openings_.of({}) >= limits::kMediaOpenings) return reply(refusal(errors::busy()));
    const std::uint64_t end = plan.part->offset + plan.part->length;
    auto opening =
        std::make_shared<Opening>(Opening{medium.blob, std::move(plan), reply, openings_.take({})});
    reader_->run([weak = weak_from_this(), &blobs = *blobs_, post = host_.post, end,
                  opening = std::move(opening)]() mutable {
      opening->file = blobs.find(opening->blob, end);
      // Moved, so that what it refers to does not end on this thread.
      post([weak = std::move(weak), opening = std::move(opening)] {
        if (const auto self = weak.lock()) self->begin_to_send(*opening);
      });
    });
  }

  void begin_to_send(Opening& opening) {
    if (!opening.file) return opening.reply(refusal(opening.file.error()));
    auto& [response, part] = opening.plan;
    if (part->length > 0)
      response.source = std::make_shared<FileSource>(std::move(*opening.file), *part, reader_);
    opening.reply(std::move(response));
  }

  Error failed(Error error) const {
    note(host_.log, error);
    return error;
  }

  static void note(const std::function<void(const std::string&)>& log, const Error& failure) {
    if (log) log("media: " + failure.message);
  }

  ApiOptions options_;
  Host host_;
  Rules rules_;  ///< for sinks, which may outlive this
  TemporaryUrls urls_;
  SecureRandom random_;
  std::unique_ptr<Blobs> blobs_;
  Counters counters_;
  Counts pins_;      ///< by hash: uploads on their way from a file to a row
  Counts uploads_;   ///< by user
  Counts openings_;  ///< of files that are to be sent, under one name
  Quota quota_;
  std::shared_ptr<FreeSpace> space_;  ///< shared with sinks
  std::shared_ptr<Sweep> sweep_;
  // The first to end: their jobs may use the rest.
  Worker worker_;
  std::shared_ptr<Worker> writer_ = std::make_shared<Worker>();  ///< of pipes, which may outlive this
  std::shared_ptr<Worker> reader_ = std::make_shared<Worker>();  ///< sources, which may outlive this, ask
};

Result<std::unique_ptr<Api>> Api::open(ApiOptions options, Host host) {
  if (options.secret.empty())
    return Error{.code = Errc::invalid_argument, .message = "media: expected a secret"};
  auto impl = std::make_shared<Impl>(std::move(options), std::move(host));
  if (auto opened = impl->open(); !opened) return opened.error();
  return std::unique_ptr<Api>(new Api(std::move(impl)));
}

Api::Api(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Api::~Api() = default;

net::BodyDecision Api::on_body(const http::Request& head, std::optional<std::uint64_t> length) {
  return impl_->on_body(head, length);
}

void Api::on_request(http::Request request, Reply reply) {
  impl_->on_request(std::move(request), std::move(reply));
}

void Api::tidy() { impl_->tidy(); }

Counters Api::counters() const { return impl_->counters(); }

const std::string& Api::directory() const { return impl_->directory(); }

}  // namespace parley::chat_service::media
