#include "demo_app/src/tour/tour.hpp"

#include <iomanip>
#include <ostream>
#include <string>

#include "demo_app/src/tour/steps.hpp"

namespace parley::demo {
namespace {

bool play(const Step& step, std::size_t number, World& world, std::ostream& out) {
  out << std::setw(2) << number << ". " << std::left << std::setw(16) << step.title << std::right
      << std::flush;
  try {
    const std::string proof = step.run(world);
    out << "ok    " << proof << std::endl;
    return true;
  } catch (const std::exception& failure) {
    out << "FAIL  " << failure.what() << std::endl;
    return false;
  }
}

}  // namespace

int run_tour(std::ostream& out) {
  World world;
  const auto steps = tour_steps();
  std::size_t ok = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) ok += play(steps[i], i + 1, world, out) ? 1 : 0;
  out << "tour: " << steps.size() << " steps, " << ok << " ok" << std::endl;
  return ok == steps.size() ? 0 : 1;
}

}  // namespace parley::demo
