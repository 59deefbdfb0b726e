#include "chat_sdk/src/io/transfers.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace parley::detail {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kMaxWaitForEnd{1};

Error no_thread() {
  return {.code = Errc::limit_exceeded, .message = "the system gives no thread for the transfer of files"};
}

}  // namespace

/// Back to the strand.
struct Transfers::Way {
  std::mutex mutex;
  std::optional<asio::any_io_executor> executor;  ///< nothing: it may be gone
  /// While something is under way, the executor has work to wait for.
  std::optional<asio::any_io_executor> work;

  void set_busy(bool busy) {
    const std::lock_guard lock(mutex);
    work.reset();
    if (busy && executor) work = asio::prefer(*executor, asio::execution::outstanding_work.tracked);
  }
  void post(std::function<void()> then) {
    const std::lock_guard lock(mutex);
    if (executor) asio::post(*executor, std::move(then));
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    executor.reset();
    work.reset();
  }
};

/// What is under way, as the strand sees it.
struct Transfers::Pending {
  struct Entry {
    TransferJob::Finish finish;
    std::shared_ptr<const void> kept;  ///< the user's, which the thread knows weakly
  };
  std::map<Id, Entry> entries;
};

/// All that the thread needs.
struct Transfers::Worker {
  Worker(TransferOptions options, std::shared_ptr<UserGate> user_gate,
         std::function<void(std::function<void()>)> on_strand)
      : gate(std::move(user_gate)),
        context{io.get_executor(), std::move(options), gate, std::move(on_strand)} {}

  asio::io_context io{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> busy{io.get_executor()};
  std::shared_ptr<UserGate> gate;  ///< used on the strand, too
  TransferContext context;
  std::shared_ptr<MediaLinks> links = std::make_shared<MediaLinks>(context);
  std::map<Id, std::shared_ptr<TransferJob>> jobs;

  // What is ended may be what is running: it is destroyed later.
  void end(Id id) {
    auto job = jobs.extract(id);
    if (!job.empty()) asio::post(io, [ended = std::move(job.mapped())] {});
  }
  void shut_down() {
    jobs.clear();
    links.reset();
    busy.reset();
  }
};

Transfers::Transfers(asio::any_io_executor executor, TransferOptions options)
    : way_(std::make_shared<Way>()),
      pending_(std::make_shared<Pending>()),
      worker_(std::make_shared<Worker>(
          std::move(options), std::make_shared<UserGate>([way = way_](std::function<void()> work) {
            way->post(std::move(work));
          }),
          [way = way_, weak = std::weak_ptr(pending_)](std::function<void()> work) {
            way->post([weak, work = std::move(work)] {
              if (weak.lock()) work();
            });
          })) {
  way_->executor = std::move(executor);
}

Transfers::~Transfers() {
  let_go();
  if (!ended_.valid()) return;
  run([](Worker& worker) { worker.shut_down(); });
  ended_.wait_for(kMaxWaitForEnd);
}

void Transfers::let_go() {
  way_->let_go();
  worker_->gate->close();
}

// Not joined: whatever hangs there hangs alone. The last thing that it holds is the worker, of which the
// destructor of the io_context waits for a look-up of a name.
bool Transfers::start_thread() {
  if (ended_.valid()) return true;
  std::promise<void> ended;
  auto future = ended.get_future();
  try {
    std::thread([worker = worker_, ended = std::move(ended)]() mutable {
      worker->io.run();
      worker.reset();
      ended.set_value();
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  ended_ = std::move(future);
  return true;
}

void Transfers::run(std::function<void(Worker&)> work) {
  asio::post(worker_->io, [worker = worker_.get(), work = std::move(work)] { work(*worker); });
}

void Transfers::set_access(MediaAccess access) {
  if (!ended_.valid()) return void(worker_->context.access = std::move(access));
  run([access = std::move(access)](Worker& worker) { worker.context.access = access; });
}

Transfers::Id Transfers::start(TransferJob::Finish finish, std::shared_ptr<const void> kept, Make make) {
  const Id id = ++last_id_;
  pending_->entries.emplace(id, Pending::Entry{std::move(finish), std::move(kept)});
  way_->set_busy(true);
  const auto complete = [way = way_, weak = std::weak_ptr(pending_), id](Result<TransferOutcome> outcome) {
    way->post([way, weak, id, outcome = std::move(outcome)] {
      const auto pending = weak.lock();
      auto entry = pending ? pending->entries.extract(id) : decltype(pending->entries.extract(id))();
      if (entry.empty()) return;
      way->set_busy(!pending->entries.empty());
      entry.mapped().finish(outcome);
    });
  };
  if (!start_thread()) return complete(no_thread()), id;
  run([id, complete, make = std::move(make)](Worker& worker) {
    auto job = make(worker, [&worker, id, complete](Result<TransferOutcome> outcome) {
      worker.end(id);
      complete(std::move(outcome));
    });
    worker.jobs.emplace(id, job);
    job->start();
  });
  return id;
}

Transfers::Id Transfers::upload(std::shared_ptr<const NewMessage> message, std::size_t file,
                                Done<std::string> done) {
  const auto finish = [done = std::move(done)](Result<TransferOutcome> outcome) {
    outcome ? done(std::move(outcome->text)) : done(outcome.error());
  };
  const UploadWish wish{message, file};
  return start(finish, message, [wish](Worker& worker, TransferJob::Finish ended) {
    return make_upload(worker.context, wish, std::move(ended));
  });
}

Transfers::Id Transfers::download(Download wanted, Done<std::uint64_t> done) {
  const auto finish = [done = std::move(done)](Result<TransferOutcome> outcome) {
    outcome ? done(outcome->bytes) : done(outcome.error());
  };
  std::shared_ptr<const ProgressHandler> on_progress;
  if (wanted.on_progress)
    on_progress = std::make_shared<const ProgressHandler>(std::move(wanted.on_progress));
  // What is known weakly: the first as long as the entry is there, the other one may be borrowed for longer.
  const auto kept = std::make_shared<const std::shared_ptr<const ProgressHandler>>(on_progress);
  const DownloadWish wish{std::move(wanted.sid), std::move(wanted.path), kept, on_progress};
  return start(finish, kept, [wish](Worker& worker, TransferJob::Finish ended) {
    return make_download(worker.context, worker.links, wish, std::move(ended));
  });
}

Transfers::Id Transfers::ask_url(const std::string& sid, Done<std::string> done) {
  const auto finish = [done = std::move(done)](Result<TransferOutcome> outcome) {
    outcome ? done(std::move(outcome->text)) : done(outcome.error());
  };
  return start(finish, {}, [wish = DownloadWish{sid, ""}](Worker& worker, TransferJob::Finish ended) {
    return make_download(worker.context, worker.links, wish, std::move(ended));
  });
}

void Transfers::stop(Id id) {
  if (pending_->entries.erase(id) == 0) return;
  way_->set_busy(!pending_->entries.empty());
  run([id](Worker& worker) { worker.jobs.erase(id); });
}

void Transfers::stop_all() {
  if (pending_->entries.empty()) return;
  pending_->entries.clear();
  way_->set_busy(false);
  run([](Worker& worker) { worker.jobs.clear(); });
}

}  // namespace parley::detail
