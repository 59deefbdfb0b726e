// What the other side sends on a WebSocket, in pieces of every size: no crash, no more memory than the limit,
// and the same events as if it had come at once.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/net/src/websocket_frames.hpp"

namespace {

using parley::net::FrameReader;
constexpr std::size_t kLimit = 300;

std::vector<std::string> read(parley::net::Side side, const std::string& input, std::size_t step) {
  FrameReader reader(side, {kLimit, kLimit});
  std::vector<std::string> events;
  std::string rest;
  for (std::size_t at = 0; at < input.size(); at += step) {
    rest += input.substr(at, step);
    while (true) {
      const auto event = reader.next(rest);
      if (event.taken > rest.size() || event.bytes.size() > kLimit) std::abort();
      if (event.what == FrameReader::What::nothing) {
        rest.erase(0, event.taken);
        break;
      }
      events.push_back(std::to_string(static_cast<int>(event.what)) + ' ' + std::to_string(event.code) + ' ' +
                       std::string(event.bytes));
      if (event.what == FrameReader::What::failure) return events;
      rest.erase(0, event.taken);
    }
    if (rest.size() > kLimit + 14 + step) std::abort();
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = data[0] % 16 + 1;
  const auto side = data[0] < 128 ? parley::net::Side::server : parley::net::Side::client;
  const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(side, input, step) != read(side, input, input.size() + 1)) std::abort();
  return 0;
}
