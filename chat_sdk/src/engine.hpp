#pragma once
#include <optional>
#include <string>

#include <parley/detail/operations.hpp>

#include "chat_sdk/src/connection/connection.hpp"
#include "chat_sdk/src/connection/wake_detector.hpp"
#include "chat_sdk/src/model/model.hpp"

namespace parley::detail {

/// The whole client without I/O: bytes, tokens, requests and the time go in; bytes, events and outcomes come
/// out. The runtime around it does what the actions say; the simulation plays the runtime on virtual time.
///
/// Not thread-safe: one owner. Every input takes the time; events are handed to `emit` and operations
/// complete inside such a call. Drain next() of connection, outbox and cache after each.
class Engine {
 public:
  Engine(ConnectionSettings settings, ModelSettings model_settings, Random& random,
         std::function<void(Event)> emit, MakeHandle make_handle, LogHook log = {});

  /// The time of the input that follows; with every input. Notices that this machine slept.
  void set_time(TimePoint now, WallTime wall_now);

  const Context& context() const { return context_; }
  Connection& connection() { return connection_; }
  const Connection& connection() const { return connection_; }
  Operations& operations() { return operations_; }
  Outbox& outbox() { return model_.outbox; }
  Cache& cache() { return model_.cache; }
  LocalOperations& local_operations() { return local_operations_; }

  const std::string& identity() const { return connection_.urls().configuration().identity; }
  const ChannelList& channels() const { return model_.registry.list(); }

 private:
  Context context_;
  WakeDetector wake_;
  Connection connection_;
  Model model_;
  Operations operations_{model_};
  LocalOperations local_operations_{model_,
                                    [this](Done<void> done) { connection_.when_usable(std::move(done)); }};
};

}  // namespace parley::detail
