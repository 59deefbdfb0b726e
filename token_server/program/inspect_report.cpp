#include "token_server/program/inspect_report.hpp"

#include <algorithm>
#include <string_view>

#include "common/base/iso8601.hpp"

namespace parley::token_server {
namespace {

constexpr std::size_t kNameColumns = 14;
constexpr std::size_t kColumns = 100;

void add_fact(std::string& out, std::string name, const std::string& value) {
  if (value.empty()) return;
  name.resize(kNameColumns, ' ');
  out += "  " + name + value + "\n";
}

std::string in_utc(WallTime time) {
  // Tokens have whole seconds.
  return format_iso8601(time).substr(0, 19) + "Z";
}

std::string moment(const std::optional<WallTime>& time, WallTime now) {
  if (!time) return {};
  const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(*time - now);
  const std::string words = token::in_words(ahead);
  return in_utc(*time) + (ahead.count() > 0 ? " (in " + words + ")" : " (" + words + " ago)");
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) (out += out.empty() ? "" : ", ") += token::printable(name, 40);
  return token::printable(out, 400);
}

std::string signature(token::SignatureState state) {
  switch (state) {
    case token::SignatureState::verified:
      return "verified";
    case token::SignatureState::wrong:
      return "wrong";
    case token::SignatureState::not_checked:
      break;
  }
  return "not checked";
}

void add_facts(std::string& out, const token::Explanation& explanation, WallTime now) {
  using token::printable;
  const token::Facts& facts = explanation.facts;
  out += "Token\n";
  add_fact(out, "Algorithm", printable(facts.algorithm));
  add_fact(out, "Type", printable(facts.type));
  add_fact(out, "Content type", printable(facts.content_type));
  add_fact(out, "Home region", printable(facts.region));
  add_fact(out, "Token id", printable(facts.token_id));
  add_fact(out, "Identity", printable(facts.identity));
  add_fact(out, "Account", printable(facts.account_sid));
  add_fact(out, "API key", printable(facts.key_sid));
  add_fact(out, "Grants", joined(facts.grants));
  add_fact(out, "Chat service", printable(facts.service_sid));
  add_fact(out, "Endpoint", printable(facts.endpoint_id));
  add_fact(out, "Role", printable(facts.role_sid));
  add_fact(out, "Push", printable(facts.push_credential_sid));
  add_fact(out, "Issued", moment(facts.issued_at, now));
  add_fact(out, "Not before", moment(facts.not_before, now));
  add_fact(out, "Expires", moment(facts.expires_at, now));
  if (facts.life && facts.life->count() > 0) add_fact(out, "Life", token::in_words(*facts.life));
  add_fact(out, "Signature", signature(explanation.signature));
}

// Breaks at blanks; later lines stand below the first one's text.
void add_wrapped(std::string& out, std::string line, std::string_view text) {
  const std::string margin(line.size(), ' ');
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const bool first = line.size() == margin.size();
    if (!first && line.size() + 1 + word.size() > kColumns) {
      out += line + "\n";
      line = margin;
    }
    if (line.size() > margin.size()) line += " ";
    line += word;
  }
  out += line + "\n";
}

std::string headline(const token::Finding& finding) {
  const std::string who(to_string(finding.who));
  if (finding.severity != token::Severity::refused)
    return std::string(to_string(finding.severity)) + " (" + who + "): ";
  return "refused by " + who + (finding.code ? " (" + std::to_string(finding.code) + ")" : "") + ": ";
}

void add_findings(std::string& out, const std::vector<token::Finding>& findings) {
  if (findings.empty()) return;
  out += "\nFindings\n";
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const std::string number = std::to_string(i + 1) + ".";
    add_wrapped(out, (number.size() < 3 ? "  " : " ") + number + " ",
                headline(findings[i]) + findings[i].text);
  }
}

std::string verdict(const token::Explanation& explanation) {
  if (explanation.is_refused()) return "Refused.";
  if (explanation.signature == token::SignatureState::verified) return "Would be accepted.";
  return "Would be accepted if its signature is right, which could not be checked.";
}

}  // namespace

std::string inspect_report(const token::Explanation& explanation, WallTime now) {
  std::string out;
  if (explanation.readable) add_facts(out, explanation, now);
  add_findings(out, explanation.findings);
  return out + "\n" + verdict(explanation) + "\n";
}

}  // namespace parley::token_server
