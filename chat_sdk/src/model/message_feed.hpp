#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <parley/channel_state.hpp>
#include <parley/message.hpp>

namespace parley::detail {

/// Tells the messages of one channel: each once, in order of index, none left out. Messages that come before
/// their predecessors wait for them; which indexes are missing is known as a hole, to be read from the
/// service.
///
/// Until begin() says which messages are old, everything waits. No I/O; what is returned is to be told at
/// once.
class MessageFeed {
 public:
  using Messages = std::vector<Message>;
  /// Indexes whose messages are neither told nor known not to exist.
  using Hole = IndexRange;

  /// Messages up to and with `last_old` (-1: none) are old and are not told; the service has some up to
  /// `newest`. Once, before begun().
  Messages begin(std::int64_t last_old, std::int64_t newest = -1);
  bool begun() const { return told_through_.has_value(); }

  /// True if it was told, is old, or waits to be told.
  bool knows(std::int64_t index) const;
  /// A message was added; one that has been told is dropped.
  Messages add(Message message);
  /// A message changed. Returns true if it was told or is old; one that waits is told as it is now.
  bool update(const Message& message);
  struct Removal {
    bool was_told;      ///< the message had been told, or is old
    Messages messages;  ///< those that waited for it
  };
  /// A message does not exist any more.
  Removal remove(std::int64_t index);
  /// The service's newest message has this index; nothing: there is none.
  void expect(std::optional<std::int64_t> index) { newest_ = index.value_or(-1); }

  /// The indexes that were passed since this was asked for the last time: of these, what was returned to be
  /// told is all that exists. Nothing if there are none.
  std::optional<IndexRange> take_passed();
  /// Nothing while there is none, or before begin().
  std::optional<Hole> hole() const;
  /// What was read of the hole: of the indexes up to `through`, `found` are all messages that exist.
  Messages fill(Messages found, std::int64_t through);

 private:
  Messages release();
  void keep(Message message);

  std::optional<std::int64_t> told_through_;  // of these and older ones nothing more is told
  std::int64_t passed_through_ = -1;          // take_passed() has said so of these
  std::map<std::int64_t, Message> ahead_;     // wait for their predecessors
  std::set<std::int64_t> absent_;             // ahead, and known not to exist
  std::int64_t newest_ = -1;
};

}  // namespace parley::detail
