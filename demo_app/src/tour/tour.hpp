#pragma once
#include <iosfwd>

namespace parley::demo {

/// Plays the main job from end to end against a service and token servers of its own, printing each step and
/// what it proved. Returns the process's exit code: 0 if every step was ok.
int run_tour(std::ostream& out);

}  // namespace parley::demo
