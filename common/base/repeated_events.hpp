#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <parley/seams.hpp>

namespace parley {

/// Which of many alike events get a line of their own in a log, and the sums of those that get none: in each
/// window of time the first limits::kRepeatedLines of one kind and source are told one by one, the others are
/// counted. Whoever is refused a thousand times a second fills no disk, and still shows.
///
/// Memory is bounded: beyond limits::kRepeatedSources pairs of kind and source in one window, further sources
/// of a kind are counted together, with "" as source. No clock, no I/O; one thread at a time.
class RepeatedEvents {
 public:
  static constexpr Duration kWindow = std::chrono::seconds(60);

  struct Sum {
    std::string what;
    std::string source;
    std::uint64_t count = 0;  ///< of the events that got no line
  };

  /// True: tell it. `what` is one of few kinds, `source` an address.
  bool admit(std::string_view what, std::string_view source, TimePoint now);
  /// The sums of the windows that have ended; they are forgotten here.
  std::vector<Sum> take_ended(TimePoint now);
  /// When the next window ends.
  std::optional<TimePoint> next_end() const;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Window {
    TimePoint end{};
    std::uint64_t events = 0;
  };
  using Windows = std::map<Key, Window>;

  Windows windows_;
  std::deque<Windows::iterator> by_end_;  // all are equally long: in the order of their beginning
};

}  // namespace parley
