#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <parley/message.hpp>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/io/transfer_jobs.hpp"

namespace parley::detail {

/// Files to and from the media service, each over a connection of its own, never whole in memory: on a thread
/// of their own, which begins with the first one, so that neither a disk nor a large copy holds up messages.
///
/// All calls but let_go() and all completions on the one executor (a strand); completions never inside the
/// call. What is stopped never completes.
///
/// The destructor stops everything and waits a second at most until nothing is left of it: longer is only
/// what hangs in the system, a disk or the look-up of a name. The thread has all that it needs for that
/// itself, and nothing of the user's.
class Transfers {
 public:
  using Id = std::uint64_t;

  Transfers(boost::asio::any_io_executor executor, TransferOptions options);
  ~Transfers();

  /// Where and as whom what begins from now on is asked for, and what is under way is asked for again.
  void set_access(MediaAccess access);
  /// One file of a message, which is told of the progress; completes with its SID. Nothing tells others of it
  /// yet, so whatever failed may be tried again, and no error is Errc::outcome_unknown.
  Id upload(std::shared_ptr<const NewMessage> message, std::size_t file, Done<std::string> done);
  /// Completes with the bytes written. What breaks goes on by itself.
  Id download(Download wanted, Done<std::uint64_t> done);
  /// A temporary URL.
  Id ask_url(const std::string& sid, Done<std::string> done);

  /// Unknown ids are ignored: it may have ended.
  void stop(Id id);
  void stop_all();
  /// No outcome comes from now on, the executor may be gone, and nothing of the user's is touched any more.
  /// Waits for a reader of the user's that is being called. Any thread.
  void let_go();

 private:
  struct Way;
  struct Pending;
  struct Worker;
  using Make = std::function<std::shared_ptr<TransferJob>(Worker&, TransferJob::Finish)>;

  Id start(TransferJob::Finish finish, std::shared_ptr<const void> kept, Make make);
  bool start_thread();
  void run(std::function<void(Worker&)> work);

  std::shared_ptr<Way> way_;
  std::shared_ptr<Pending> pending_;
  std::shared_ptr<Worker> worker_;
  std::future<void> ended_;  ///< of the thread; invalid: it has not begun
  Id last_id_ = 0;
};

}  // namespace parley::detail
