#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/protocol/token/verifier.hpp"

using namespace parley::token;

// Any bytes as a token: verify() and peek() must neither throw nor read outside, and only a signed one may
// pass.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyRing keys{{"AC00000000000000000000000000000001", "SK00000000000000000000000000000002",
                             "0123456789abcdefghijklmnopqrstuv"}};
  static const VerifyPolicy policy{.service_sids = {"IS00000000000000000000000000000003"},
                                   .algorithms = {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512}};
  const std::string_view token(reinterpret_cast<const char*>(data), size);
  const parley::WallTime now(std::chrono::seconds(1'735'689'600));
  const auto peeked = peek(token);
  const auto verified = verify(token, keys, policy, now);
  if (verified && !peeked) __builtin_trap();
  return 0;
}
