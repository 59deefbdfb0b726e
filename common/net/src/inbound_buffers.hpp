#pragma once
#include <list>
#include <optional>
#include <string>

#include "common/net/connection_limit.hpp"

namespace parley::net {

/// What the connections of one thread have received of messages and bodies that are not whole yet, in sum.
/// Beyond the limit the one that has taken longest over its message has to go: whoever sends a message gets
/// done with it, and who holds many open does not.
///
/// One thread, no I/O.
class InboundBuffers {
 public:
  /// A connection that buffers.
  class Holder {
   public:
    virtual ~Holder() = default;
    /// Frees what it has buffered, at once, and closes.
    virtual void give_up_input() = 0;
    virtual const std::string& peer_address() const = 0;

   private:
    friend class InboundBuffers;
    struct Entry {
      Holder* who;
      std::size_t bytes;
    };
    std::optional<std::list<Entry>::iterator> place_;
  };

  InboundBuffers(std::size_t limit, LimitHook told) : limit_(limit), told_(std::move(told)) {}

  /// So much `who` buffers now. Up to limits::kInboundFreeBytes are free and count for nothing.
  void set(Holder& who, std::size_t bytes);
  /// It buffers nothing, or what it buffers belongs to a new message. Before it is destroyed, too.
  void release(Holder& who);

  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t limit_;
  LimitHook told_;
  std::size_t bytes_ = 0;
  std::list<Holder::Entry> holders_;  // the first has taken longest
};

}  // namespace parley::net
