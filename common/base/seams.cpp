#include <parley/seams.hpp>

namespace parley {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

double Random::uniform() {
  std::uint8_t bytes[8];
  fill(bytes);
  std::uint64_t bits = 0;
  for (auto byte : bytes) bits = bits << 8 | byte;
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace parley
