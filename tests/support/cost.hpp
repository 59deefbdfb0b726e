#pragma once
#include <algorithm>
#include <chrono>
#include <ctime>
#include <ostream>

/// What an input costs, as processor time of this thread: a busy machine makes the clock on the wall run, not
/// this one.
namespace parley::testing {

/// Of one call, in nanoseconds: the least of several, since whatever else happens only adds to it.
template <class Work>
double cost_of(Work work) {
  double least = 1e18;
  for (int i = 0; i < 3; ++i) {
    std::timespec begin{}, end{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    work();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    least = std::min(least, 1e9 * static_cast<double>(end.tv_sec - begin.tv_sec) +
                                static_cast<double>(end.tv_nsec - begin.tv_nsec));
  }
  return std::max(least, 1.0);
}

/// How many times as much a byte of the worst input costs as one of a plain input of the same size. What is
/// linear, or is refused in time, stays far below kMostTimesAsMuch; what is quadratic is far beyond.
struct Cost {
  double worst;  ///< ns
  double plain;
  double times() const { return worst / plain; }
};
inline std::ostream& operator<<(std::ostream& out, const Cost& cost) {
  return out << cost.worst / 1e6 << " ms beside " << cost.plain / 1e6 << " ms, " << cost.times() << " times";
}
inline constexpr double kMostTimesAsMuch = 60;

template <class Worst, class Plain>
Cost compare_cost(Worst worst, Plain plain) {
  return {cost_of(worst), cost_of(plain)};
}

}  // namespace parley::testing
