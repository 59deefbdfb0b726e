#pragma once
#include <span>
#include <string>

#include "demo_app/src/tour/world.hpp"

namespace parley::demo {

struct Step {
  const char* title;
  /// Returns what it proved; throws where it could not.
  std::string (*run)(World& world);
};

std::span<const Step> tour_steps();

}  // namespace parley::demo
