#include "chat_sdk/src/engine/private_name.hpp"

#include <parley/client.hpp>

#include "common/base/encoding.hpp"

namespace parley {
namespace {

std::string escape(std::string_view identity) {
  std::string out;
  for (char c : identity) {
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
std::string private_channel_name(std::string_view a, std::string_view b) {
  if (b < a) std::swap(a, b);
  return escape(a) + "#" + escape(b);
}

namespace detail {

std::optional<std::string> peer_of_private_name(std::string_view name, std::string_view self) {
  const auto hash = name.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  const auto first = percent_decode(name.substr(0, hash));
  const auto second = percent_decode(name.substr(hash + 1));
  if (!first || !second || (*first != self && *second != self)) return std::nullopt;
  if (private_channel_name(*first, *second) != name) return std::nullopt;
  return *first == self ? *second : *first;
}

}  // namespace detail
}  // namespace parley
