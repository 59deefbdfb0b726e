#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/base/backoff.hpp"
#include "common/base/http.hpp"

namespace parley::detail {

/// Decides how one file is fetched: which link, which range of it, when to try again, and whether an answer
/// goes on with what is there or starts over. No I/O: the owner does what each step says, and writes what it
/// is sent to a file of its own.
///
///   state   | holds while                          | leaves by
///   --------|--------------------------------------|-----------------------------------------------------
///   asking  | a link is asked for                  | link -> getting; a failure that may pass -> waiting
///   getting | the bytes are on their way           | whole -> over; broken -> waiting; another file, or a
///           |                                      | link that is refused -> asking
///   waiting | the next try is not due yet          | on_waited() -> asking
///   over    | it is whole, or was given up         |
///
/// Bytes of two answers are put together only if both name the same strong entity tag, and if the second one
/// is the rest of the file from where the first one broke. Everything else starts over at the first byte.
class DownloadMachine {
 public:
  /// Ask for a link; answer with on_link() or on_link_failed().
  struct AskLink {
    bool refused = false;  ///< the one that is known is not good any more
  };
  /// Get it, with these headers; answer with on_head(), on_bytes(), and on_answer() at the end.
  struct Get {
    http::Fields headers;
    Duration silence;  ///< the longest one
  };
  /// Call on_waited() after that time.
  struct Wait {
    Duration time;
  };
  /// The file is whole.
  struct Finished {
    std::uint64_t bytes;
  };
  struct Failed {
    Error error;
  };
  using Step = std::variant<AskLink, Get, Wait, Finished, Failed>;

  /// Where the body of an answer goes.
  enum class Place {
    start,  ///< into an empty file: what is there is dropped
    end,    ///< behind what is there
  };

  /// It is given up when nothing new came for `patience`, and at once when a service that is busy asks for
  /// more time than is left of it.
  DownloadMachine(Duration patience, TimePoint now) : patience_(patience), progress_at_(now) {}

  Step start();
  /// `expected_bytes`: what the service says of the file; 0: nothing.
  Step on_link(std::uint64_t expected_bytes);
  Step on_link_failed(TimePoint now, const Error& error, double random);
  Step on_waited() { return AskLink{}; }
  /// Of a 2xx answer. An error ends the call.
  Result<Place> on_head(const http::Response& head);
  /// They are in the file. An error ends the call.
  Result<void> on_bytes(TimePoint now, std::size_t count);
  /// How the call has ended; whatever is no transport's failure and not from here is final.
  Step on_answer(TimePoint now, const Result<http::Response>& answer, double random);

  /// What is there so far.
  std::uint64_t bytes() const { return bytes_; }
  /// Of the whole file; nothing: not known.
  std::optional<std::uint64_t> total() const { return total_ ? total_ : expected_; }

 private:
  struct Part;
  Result<Place> on_whole(const http::Response& head);
  Result<Place> on_part(const http::Response& head);
  Step on_status(TimePoint now, const http::Response& answer, double random);
  Step on_end(TimePoint now, double random);
  Step start_over();
  Step broken(TimePoint now, Error error, double random);
  Result<void> check_patience(TimePoint now) const;
  bool may_resume() const { return bytes_ > 0 && !tag_.empty() && ranges_work_; }

  Duration patience_;
  TimePoint progress_at_;  ///< when the file was last longer than ever
  Backoff backoff_{{std::chrono::milliseconds(250), std::chrono::seconds(10), 0.8, 1.2}};
  std::uint64_t bytes_ = 0;
  std::uint64_t longest_ = 0;  ///< that it has been
  std::optional<std::uint64_t> total_{}, expected_{};
  std::string tag_;  ///< the strong entity tag of what is there; "": none
  bool asked_for_part_ = false;
  bool ranges_work_ = true;
  bool misfit_ = false;        ///< the answer is another file, or another part, than what was asked for
  bool link_refused_ = false;  ///< since the last progress
};

}  // namespace parley::detail
