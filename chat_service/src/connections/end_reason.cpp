#include "chat_service/src/connections/end_reason.hpp"

#include <algorithm>
#include <array>

namespace parley::chat_service {
namespace {

struct Word {
  int server_code;
  std::string_view word;
};

/// Refused by the answer to an `init` or to a new token.
constexpr std::array kRefusals{
    Word{20101, "token_malformed"},      Word{20102, "token_header"},  Word{20103, "token_issuer"},
    Word{20104, "token_expired"},        Word{20105, "token_not_yet"}, Word{20106, "token_grants"},
    Word{20107, "token_signature"},      Word{20157, "token_life"},    Word{51202, "too_many_inits"},
    Word{51124, "too_many_connections"}, Word{51215, "no_init"},       Word{0, "token_of_another"},
};

/// Ended by a `close` of the service.
constexpr std::array kCloses{
    Word{20104, "life_over"},
    Word{51202, "too_many_packets"},
    Word{51216, "bad_packet"},
    Word{51231, "service_stops"},
};

constexpr auto kRefusalWords = [] {
  std::array<std::string_view, kRefusals.size()> words;
  std::transform(kRefusals.begin(), kRefusals.end(), words.begin(), [](const Word& one) { return one.word; });
  return words;
}();

std::string_view find(std::span<const Word> words, int server_code, std::string_view otherwise) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const Word& one) { return one.server_code == server_code; });
  return found == words.end() ? otherwise : found->word;
}

}  // namespace

std::string_view end_reason(const Error& reason) {
  switch (reason.code) {
    case Errc::denied:
      return find(kRefusals, reason.server_code, "token_malformed");
    case Errc::client_closed:
      return "client_closed";
    case Errc::timed_out:
      return reason.server_code == 0 ? "no_init_in_time" : "silent";
    case Errc::limit_exceeded:
      return "bad_packet";
    case Errc::protocol_error:
      return "bad_packet";
    default:
      return find(kCloses, reason.server_code, "connection_lost");
  }
}

bool is_refusal(const Error& reason) { return reason.code == Errc::denied; }

std::span<const std::string_view> refusal_reasons() { return kRefusalWords; }

}  // namespace parley::chat_service
