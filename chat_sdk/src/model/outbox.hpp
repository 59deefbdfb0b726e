#pragma once
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <parley/options.hpp>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/flushes.hpp"
#include "chat_sdk/src/model/history.hpp"
#include "chat_sdk/src/model/outbox_journal.hpp"
#include "chat_sdk/src/model/outbox_queue.hpp"

namespace parley::detail {

struct OutboxSettings {
  OutboxOptions options{};
  bool knows_mutation_ids = true;                                       ///< the service; see Endpoint
  std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max();  ///< see CacheOptions
};

/// Upload this file of a message; answer with Outbox::on_uploaded().
struct UploadFile {
  std::uint64_t upload;
  std::string local_id;
  std::shared_ptr<const NewMessage> message;
  std::size_t file = 0;
};
/// Nobody wants that upload any more.
struct StopUpload {
  std::uint64_t upload;
};
using OutboxAction = std::variant<UploadFile, StopUpload>;

/// Sends messages: those of one channel one after the other, in the order of submit(), each until it has
/// exactly one outcome. No I/O.
///
///   state     | holds while                               | leaves by
///   ----------|-------------------------------------------|--------------------------------------------
///   saving    | it is written to the cache; nobody but    | written -> queued, and told; not written ->
///             | who gave it knows of it yet               | forgotten, or failed as it was before
///   queued    | others are before it, or nothing can be   | its turn -> checking, uploading or sending
///             | sent, or a failed try is to be repeated   |
///   checking  | it may have been stored: the history is   | found -> sent; not found -> queued, to be
///             | searched for its key                      | sent; no answer -> queued
///   uploading | its next file is on its way               | all there -> sending; a failure that may
///             |                                           | pass -> queued; another -> refused
///   erasing   | its user does not want it any more        | erased -> gone, and told; not erased -> as it
///             |                                           | was before
///   sending   | it is on its way itself                   | stored -> sent; no or an unclear answer ->
///             |                                           | queued, to be checked unless the service
///             |                                           | knows mutation ids; another -> refused
///   blocked   | it was refused, and holds the channel     | retry() -> queued; discard()
///   failed    | it was refused or its life is over; it is | retry() -> queued, as the last one;
///             | out of the queue                          | discard()
///
/// "Sent" is no state: the message is forgotten. "Refused" is blocked or failed, as the options say. The end
/// of its life leads from all but the last two to failed, as soon as no answer is outstanding.
///
/// What the cache has is enough for the next process to go on. Nothing is sent before the cache says that it
/// may have been: who finds it there asks the service whether it was.
class Outbox {
 public:
  Outbox(const ServiceAccess& service, OutboxSettings settings, Cache& cache, History& history,
         const ChannelRegistry& registry, MakeHandle make_handle);

  /// @name What the user wants; legal in every state of the connection
  /// `done` gets the outcome, at once if the message is not acceptable. Returns the local id, "" in that
  /// case. A message with the key of one that is waiting or failed is the same one; it must be alike.
  std::string submit(const std::string& channel_sid, NewMessage message, Done<Message> done);
  /// Takes a failed or blocked message up again. Errc::not_found, Errc::conflict: it has not failed.
  void retry(const std::string& channel_sid, const std::string& id, Done<Message> done);
  /// Errc::not_found, Errc::conflict: it is being sent, or it may have been stored.
  void discard(const std::string& channel_sid, const std::string& id, Done<void> done);
  /// One of those who submitted it does not want it any more: the last one discards it, if that is still
  /// possible.
  void cancel(const std::string& id);
  /// The messages of a channel that are not sent, oldest first.
  std::vector<OutgoingMessage> outgoing(const std::string& channel_sid) const {
    return queue_.shown(channel_sid);
  }
  /// Completes when what was submitted before has its outcome; Errc::timed_out after `deadline`.
  void flush(Duration deadline, Done<void> done);

  /// @name What the world does
  /// What earlier processes have left, oldest first; once.
  void restore(std::vector<StoredOutgoing> stored);
  /// Messages can be sent from now on.
  void on_ready();
  void on_disconnected() { ready_ = false; }
  /// The connection was given up; for good if `final`: everything fails then, and is gone if the client was
  /// closed. Otherwise everything waits for the next on_ready().
  void on_given_up(const Error& reason, bool final);
  void on_uploaded(const std::string& id, std::uint64_t upload, Result<std::string> media_sid);

  /// Drain after every input.
  std::optional<OutboxAction> next();

 private:
  using Entry = OutboxEntry;
  using Lane = OutboxLane;
  using State = OutboxEntry::State;

  std::string submit_again(const std::string& id, Done<Message> done);
  void enqueue(Entry& entry);
  void on_saved(Entry& entry, const Result<void>& outcome);
  void on_not_saved(Entry& entry, const Error& error);
  void drop(Entry& entry);
  void abandon(Entry& entry, const Error& error);
  void withdraw(Entry& entry, Done<void> done);
  void stay(Entry& entry);
  void restore(StoredOutgoing stored, std::size_t left);
  void expect_mark(const Entry& entry);
  void mark_sendable();
  void on_marked(std::int64_t through, WallTime since, const Result<void>& outcome);
  bool may_send() const { return ready_ && !unmarked_through_; }
  void proceed_all();
  void proceed(Lane& lane);
  void start(Entry& entry);
  void wait(Lane& lane, Duration time);
  void upload(Entry& entry);
  void send(Entry& entry);
  void on_answer(Entry& entry, const Result<http::Response>& reply);
  void search_history(Entry& entry, const GetMessages& query, int pages);
  void on_history(Entry& entry, const Result<MessagePage>& page, int pages);
  void try_again(Entry& entry, const Error& error);
  void stop_upload(Entry& entry);

  void on_sent(Entry& entry, Message message);
  void refuse(Entry& entry, Error error);
  void fail(Entry& entry, Error error);
  void remove(Entry& entry);
  void end(Entry& entry, const Error& error);
  void close(const Error& reason);
  void go_on(Lane& lane);

  void wait_for_deadline();
  void on_deadline();
  void on_over(Entry& entry);

  bool is_forgotten_by_service(const Entry& entry) const;
  static bool may_leave(const Entry& entry);
  std::string attributes_of(const Entry& entry) const;
  Channel channel_of(const Entry& entry) const;
  std::int64_t newest_index(const std::string& channel_sid) const;

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ServiceUrls& urls_;
  History& history_;
  const ChannelRegistry& registry_;
  MakeHandle make_handle_;
  OutboxSettings settings_;
  bool ready_ = false;
  bool closed_ = false;
  std::optional<std::int64_t> unmarked_through_{};  ///< the number of the last that must not be sent yet
  bool marking_ = false;
  OutboxQueue queue_;
  OutboxJournal journal_;
  Flushes flushes_{timers_, queue_};
  std::optional<TimePoint> waits_for_{};  ///< the deadline that a timer waits for
  std::uint64_t last_wait_ = 0, last_upload_ = 0;
  std::deque<OutboxAction> actions_;
};

}  // namespace parley::detail
