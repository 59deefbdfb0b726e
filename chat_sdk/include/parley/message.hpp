#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <parley/media.hpp>
#include <parley/seams.hpp>

namespace parley {

/// One message as the service stores it. A value: copy it freely.
struct Message {
  std::string sid;
  std::int64_t index = -1;        ///< position in its channel: starts at 0, never reused
  std::string author;             ///< the author's identity
  std::string text;               ///< UTF-8
  std::string attributes = "{}";  ///< JSON text
  WallTime created_at{};
  WallTime updated_at{};
  std::string updated_by;  ///< identity of the last editor, "" if never edited
  std::vector<Medium> media{};
};

/// What to send: text, files or both.
struct NewMessage {
  NewMessage() {}
  NewMessage(std::string message_text, std::string json_attributes = "{}")
      : text(std::move(message_text)), attributes(std::move(json_attributes)) {}
  NewMessage(const char* message_text) : text(message_text) {}

  std::string text;               ///< UTF-8, at most 32 KiB
  std::string attributes = "{}";  ///< JSON text, at most 4 KiB
  std::vector<NewFile> files;     ///< at most 10
  ProgressHandler on_progress;    ///< of the files
  /// Names the message, so that giving it to a client again (after a crash of the program, say) does not send
  /// it twice: 1 to 128 bytes, printable, unique for this user; "": the client makes one. Holds for as long
  /// as the service remembers it, parley's for two days; at one that knows no mutation ids it is looked for
  /// among the newest thousand messages.
  std::string key;
};

/// Which way a page of history extends from its anchor.
enum class Direction {
  backwards,  ///< to older messages
  forwards,   ///< to newer messages
};

/// Where a page starts. Says whether the message at the index itself belongs to the page.
struct Anchor {
  std::int64_t index = 0;
  bool inclusive = true;

  /// The page begins with the message at `index`.
  static Anchor at(std::int64_t index) { return {index, true}; }
  /// The page begins beside it, in the direction of reading.
  static Anchor beyond(std::int64_t index) { return {index, false}; }
};

/// A request for one page of history.
struct GetMessages {
  std::size_t page_size = 30;      ///< 1 to 100
  std::optional<Anchor> anchor{};  ///< nothing: the newest end (backwards) or the oldest (forwards)
  Direction direction = Direction::backwards;
};
static_assert(std::is_trivially_destructible_v<GetMessages>,
              "may be made in braces inside a co_await expression, see NewFile");

/// One page of history, always oldest message first.
struct MessagePage {
  std::vector<Message> messages;
  std::optional<GetMessages> older;  ///< asks for the adjoining older page; nothing if this is the beginning
  std::optional<GetMessages> newer;  ///< asks for the adjoining newer page; nothing if this is the end
  /// False: as the cache has it, while there is no connection. It may be shorter than asked for, and nobody
  /// tells what has changed of it meanwhile: read it again when the client is connected.
  bool current = true;
};

}  // namespace parley
