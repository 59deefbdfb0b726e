#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/limits.hpp"
#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r\n\f\v";
  const auto begin = std::min(text.find_first_not_of(kWhite), text.size());
  text.remove_prefix(begin);
  const auto end = text.find_last_not_of(kWhite);
  return text.substr(0, end == text.npos ? 0 : end + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Takes `prefix`, in small letters, from the beginning.
bool take(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  if (!std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return a == lower(b); }))
    return false;
  text.remove_prefix(prefix.size());
  text = trim(text);
  return true;
}

bool take_quotes(std::string_view& text) {
  if (text.size() < 2 || text.front() != text.back() || (text[0] != '"' && text[0] != '\'')) return false;
  text = trim(text.substr(1, text.size() - 2));
  return true;
}

// The token of a token endpoint's reply.
std::optional<std::string> token_of_reply(std::string_view text) {
  if (!text.starts_with('{') || text.size() > limits::kHttpBodyBytes) return std::nullopt;
  const auto reply = json::parse_object(text);
  if (!reply) return std::nullopt;
  for (const char* name : {"token", "access_token", "accessToken", "jwt"})
    if (const auto member = reply->find(name); member != reply->end() && member->is_string())
      return std::string(trim(member->get_ref<const std::string&>()));
  return std::nullopt;
}

}  // namespace

Pasted unwrap(std::string_view pasted) {
  Pasted out;
  std::string_view text = trim(pasted);
  take(text, "\xEF\xBB\xBF");
  if (text.size() != pasted.size())
    out.notes.push_back("White space around the token was left out here. A client that sends it is refused.");
  if (take(text, "authorization:")) out.notes.push_back("The name of the header was left out here.");
  if (take(text, "bearer "))
    out.notes.push_back(
        "\"Bearer\" was left out here: it belongs into an Authorization header, not into what a client "
        "library "
        "is given.");
  if (take_quotes(text)) out.notes.push_back("Quotes around the token were left out here.");
  out.token = text;
  if (auto token = token_of_reply(text)) {
    out.token = std::move(*token);
    out.notes.push_back(
        "This is the whole JSON reply of a token endpoint; its token was taken out here. A client that hands "
        "the "
        "whole reply to a client library is refused.");
  }
  return out;
}

}  // namespace parley::token
