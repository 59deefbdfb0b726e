#pragma once
#include <cstddef>
#include <optional>

#include <parley/seams.hpp>

namespace parley::twilsock {

struct LivenessSettings {
  Duration probe = std::chrono::milliseconds(2500);  ///< without a sign of life while an answer is due: a
                                                     ///< ping; and as long again until it counts as dead
  Duration silence = std::chrono::seconds(45);  ///< the same while none is due: the server pings every 20 s
};

/// Decides whether one end of a connection still hears the other one. No I/O, no clock.
///
///   state    | holds while                               | leaves by
///   ---------|-------------------------------------------|--------------------------------------------
///   stopped  | there is no connection                    | start -> trusting
///   trusting | nothing is due, or input comes in time    | `probe` without input while an answer is due,
///            |                                           | `silence` without input at all, or doubt()
///            |                                           | -> probing, with a ping
///   probing  | a ping is out, nothing has come since     | input -> trusting; `probe` -> dead
///
/// Any input is a sign of life, also a part of a message that is not whole yet and the answer to a ping: a
/// long message on a slow line, and a server that thinks for long, are no silence.
///
/// What was written may still be on a slow line itself: beyond 8 KiB, each 8 KiB give the other side one more
/// second, 15 at most.
class Liveness {
 public:
  enum class Verdict { fine, ping, dead };

  explicit Liveness(LivenessSettings settings) : settings_(settings) {}

  /// A connection is open.
  void start(TimePoint now);
  /// It has ended.
  void stop() { *this = Liveness(settings_); }

  void on_input(TimePoint now);
  /// So many bytes are on their way to the other side.
  void on_output(std::size_t bytes, TimePoint now);
  /// An answer is due from now on; nothing changes if one was due before.
  void on_asked(TimePoint now);
  /// No answer is due any more.
  void on_all_answered() { due_since_.reset(); }

  /// There is reason to believe that the connection is dead: true if a ping must be sent now. False while
  /// one is out, or without a connection.
  bool doubt(TimePoint now);
  /// As doubt(), but the time that passed while this machine slept counts for nothing, so a ping that is out
  /// gets its whole time again.
  bool doubt_after_sleep(TimePoint now);

  /// What is to be done now; with `ping`, the ping counts as sent.
  Verdict on_time(TimePoint now);
  std::optional<TimePoint> next_deadline() const;

  bool is_probing() const { return pinged_at_.has_value(); }

 private:
  LivenessSettings settings_;
  std::optional<TimePoint> heard_at_;   // the last input; nothing: no connection
  std::optional<TimePoint> due_since_;  // an answer is due; the time of the last input if that came later
  std::optional<TimePoint> pinged_at_;  // nothing has come since
  TimePoint clear_at_{};                // a slow line has carried by then what was written
};

}  // namespace parley::twilsock
