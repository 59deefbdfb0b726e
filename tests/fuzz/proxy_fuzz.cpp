// What a proxy answers, in pieces of every size, and a list of NO_PROXY and a proxy's URL of any text: no
// crash, no memory beyond the limit, the same outcome as if all had come at once, and nothing of the password
// told.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "common/net/proxy.hpp"
#include "common/net/src/proxy_handshake.hpp"

namespace {

using namespace parley::net;

constexpr const char* kPassword = "fuzz-s3cr3t";
constexpr std::size_t kMaxUndecided = 16 * 1024;

/// How the handshake ends: its error, or what it says and what belongs to the server.
std::string outcome(const Proxy& proxy, const std::string& answer, std::size_t step) {
  const auto handshake = make_proxy_handshake(proxy, "server.example", 443);
  std::string said = handshake->begin().value().send;
  std::size_t undecided = 0;
  for (std::size_t at = 0; at < answer.size(); at += step) {
    const auto piece = answer.substr(at, step);
    const auto taken = handshake->take(piece);
    if (!taken) {
      const auto words = taken.error().to_string();
      if (words.find(kPassword) != words.npos) std::abort();
      return said + "failed";
    }
    if (taken->open) return said + "open " + taken->early + answer.substr(at + piece.size());
    said += taken->send;
    undecided += piece.size();
    if (undecided > kMaxUndecided + step) std::abort();
  }
  return said + "waits";
}

/// Answers of SOCKS come one by one: what follows before the next question is refused, so that one read with
/// several of them is another conversation than as many reads.
void try_handshake(const Proxy& proxy, const std::string& answer, std::size_t step) {
  const bool same = outcome(proxy, answer, step) == outcome(proxy, answer, answer.size() + 1);
  if (proxy.kind == Proxy::Kind::http && !same) std::abort();
}

void try_texts(const std::string& text) {
  const Url url{.scheme = "https", .host = "10.1.2.3", .port = 443, .target = "/"};
  (void)ProxyExceptions(text).matches(url);
  const auto proxy = parse_proxy(text);
  if (!proxy) return;
  // What was accepted can be asked.
  if (!make_proxy_handshake(*proxy, "server.example", 443)->begin()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 2) {
    try_texts(input);
    return 0;
  }
  Proxy proxy{.kind = data[0] % 3 == 0 ? Proxy::Kind::http : Proxy::Kind::socks5, .host = "proxy", .port = 1};
  proxy.user = "user";
  proxy.password = kPassword;
  try_handshake(proxy, input, data[0] / 3 % 16 + 1);
  return 0;
}
