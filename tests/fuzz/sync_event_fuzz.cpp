#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/protocol/sync/event.hpp"

using namespace parley::sync;

namespace {

// What was accepted is read back as the same.
void write_again(const Envelope& envelope) {
  for (const Event& event : envelope.events) {
    const std::string written = encode_live(event);
    const auto again = decode_envelope(written);
    if (!again || again->events.size() != 1 || encode_live(again->events.front()) != written)
      __builtin_trap();
  }
}

void write_again(const SubscriptionBatch& batch) {
  const std::string written = encode_batch(batch);
  const auto again = decode_batch(written);
  if (!again || encode_batch(*again) != written) __builtin_trap();
}

}  // namespace

// Any bytes as a Sync notification, and as a subscription request: neither may throw nor read outside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto envelope = decode_envelope(text)) write_again(*envelope);
  if (const auto batch = decode_batch(text)) write_again(*batch);
  return 0;
}
