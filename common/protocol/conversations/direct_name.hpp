#pragma once
#include <optional>
#include <string>
#include <string_view>

/// The unique names of 1x1 conversations. Both sides compute the same one, and the service knows by it who
/// the two are; nothing else in a conversation says so.
namespace parley::conversations {

/// The two identities of a 1x1 conversation, `first` before `second` in the order of bytes.
struct DirectPair {
  std::string first;
  std::string second;

  bool contains(std::string_view identity) const { return identity == first || identity == second; }
  /// The other one; `identity` must be one of the two.
  const std::string& peer_of(std::string_view identity) const { return identity == first ? second : first; }
};

/// Sorted as bytes, '#' and '%' inside each percent-encoded, joined by '#'. The same for both orders; no two
/// pairs share one.
std::string direct_name(std::string_view a, std::string_view b);
/// The pair whose direct_name() this is; nothing for any other name, also not for one of a single identity.
std::optional<DirectPair> parse_direct_name(std::string_view name);

}  // namespace parley::conversations
