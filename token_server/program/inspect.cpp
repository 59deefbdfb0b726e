#include "token_server/program/inspect.hpp"

#include <algorithm>
#include <fstream>
#include <istream>
#include <ostream>
#include <parley/error.hpp>

#include "common/base/limits.hpp"
#include "common/config/command_line.hpp"
#include "common/protocol/token/explain.hpp"
#include "token_server/program/inspect_report.hpp"

namespace parley::token_server {
namespace {

Error unreadable(std::string message) {
  return {.code = Errc::invalid_argument, .message = std::move(message)};
}

Result<std::string> read_bounded(std::istream& in) {
  std::string text(limits::kHttpBodyBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return unreadable("it cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limits::kHttpBodyBytes)
    return unreadable("expected a token, not more than " + std::to_string(limits::kHttpBodyBytes) + " bytes");
  return text;
}

Result<std::string> read_line(InspectStreams streams) {
  streams.err << "Paste the token and press Enter: " << std::flush;
  std::string text;
  std::getline(streams.in, text);
  return text;
}

Result<std::string> read(const std::string& file, InspectStreams streams) {
  if (!file.empty() && file != "-") {
    std::ifstream in(file, std::ios::binary);
    if (!in) return unreadable("it cannot be opened");
    return read_bounded(in);
  }
  return streams.in_is_terminal ? read_line(streams) : read_bounded(streams.in);
}

token::KeyRing keys_of(const config::Config& config) {
  token::KeyRing keys;
  for (const auto& account : config.accounts) {
    keys.add({account.account_sid, account.api_key_sid, account.api_key_secret});
    for (const auto& key : account.previous_keys)
      keys.add({account.account_sid, key.api_key_sid, key.api_key_secret});
  }
  return keys;
}

// HS256 always: it is what is minted unless something else is configured.
token::VerifyPolicy policy_of(const config::Config& config) {
  token::VerifyPolicy policy;
  for (const auto& account : config.accounts) {
    policy.service_sids.push_back(account.chat_service_sid);
    const auto algorithm = token::parse_algorithm(account.algorithm);
    auto& known = policy.algorithms;
    if (algorithm && std::find(known.begin(), known.end(), *algorithm) == known.end())
      known.push_back(*algorithm);
  }
  return policy;
}

}  // namespace

int inspect(const std::string& file, const std::optional<config::Config>& config, WallTime now,
            InspectStreams streams) {
  const auto text = read(file, streams);
  if (!text) {
    streams.err << "token_server inspect: " << (file.empty() ? "-" : file) << ": " << text.error().message
                << "\n";
    return config::kExitBadConfig;
  }
  const auto keys = config ? keys_of(*config) : token::KeyRing();
  const auto policy = config ? policy_of(*config) : token::VerifyPolicy();
  const auto explanation = token::explain(*text, keys, policy, now);
  streams.out << inspect_report(explanation, now) << std::flush;
  return explanation.is_refused() ? config::kExitFailure : config::kExitOk;
}

}  // namespace parley::token_server
