#include "common/protocol/conversations/direct_name.hpp"

#include <utility>

#include "common/base/encoding.hpp"

namespace parley::conversations {
namespace {

std::string escape(std::string_view identity) {
  std::string out;
  for (const char c : identity) {
    if (c == '#')
      out += "%23";
    else if (c == '%')
      out += "%25";
    else
      out += c;
  }
  return out;
}

}  // namespace

// Escaped before sorting or after makes no difference to uniqueness, but the order is that of the plain
// identities, as bytes.
std::string direct_name(std::string_view a, std::string_view b) {
  if (b < a) std::swap(a, b);
  return escape(a) + "#" + escape(b);
}

std::optional<DirectPair> parse_direct_name(std::string_view name) {
  const auto hash = name.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  auto first = percent_decode(name.substr(0, hash));
  auto second = percent_decode(name.substr(hash + 1));
  if (!first || !second || first->empty() || *first == *second) return std::nullopt;
  if (direct_name(*first, *second) != name) return std::nullopt;
  return DirectPair{std::move(*first), std::move(*second)};
}

}  // namespace parley::conversations
