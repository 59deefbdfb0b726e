#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/text_rules.hpp"
#include "common/protocol/token/explain.hpp"

using namespace parley::token;

// Any bytes as what somebody pasted: explain() must neither throw nor read outside, must agree with verify(),
// and what it says must be fit for a terminal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeyRing keys{{"AC00000000000000000000000000000001", "SK00000000000000000000000000000002",
                             "0123456789abcdefghijklmnopqrstuv"}};
  static const VerifyPolicy policy{.service_sids = {"IS00000000000000000000000000000003"}};
  const std::string_view pasted(reinterpret_cast<const char*>(data), size);
  const parley::WallTime now(std::chrono::seconds(1'735'689'600));
  const auto explanation = explain(pasted, keys, policy, now);
  const bool refused =
      std::any_of(explanation.findings.begin(), explanation.findings.end(), [](const Finding& finding) {
        return finding.severity == Severity::refused && finding.who != Party::twilio;
      });
  if (refused == verify(unwrap(pasted).token, keys, policy, now).has_value()) __builtin_trap();
  for (const auto& finding : explanation.findings)
    if (!parley::is_clean(finding.text, parley::TextKind::line)) __builtin_trap();
  explain(pasted, KeyRing(), VerifyPolicy{}, now);
  return 0;
}
