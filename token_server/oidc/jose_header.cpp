#include "token_server/oidc/jose_header.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/http.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"

namespace parley::token_server {
namespace {

using json::Value;

/// JWT of RFC 7519, at+jwt of RFC 9068; media types are compared without case, and the part before the
/// slash may be left out (RFC 7515 §4.1.9).
bool is_type_of_ours(const Value& type) {
  if (!type.is_string()) return false;
  const auto& text = type.get_ref<const std::string&>();
  for (const char* known : {"JWT", "at+jwt", "application/at+jwt"})
    if (http::equal_ignoring_case(text, known)) return true;
  return false;
}

Result<SignatureAlgorithm> read_algorithm(const Value& header, const std::vector<std::string>& allowed) {
  const auto member = header.find("alg");
  if (member == header.end() || !member->is_string()) return refuse_foreign_token("alg is not a text");
  const auto& name = member->get_ref<const std::string&>();
  const auto algorithm = parse_signature_algorithm(name);
  if (!algorithm || std::find(allowed.begin(), allowed.end(), name) == allowed.end())
    return refuse_foreign_token("alg is not one that is accepted from this issuer");
  return *algorithm;
}

Result<std::optional<std::string>> read_kid(const Value& header) {
  const auto member = header.find("kid");
  if (member == header.end()) return std::optional<std::string>();
  if (!member->is_string()) return refuse_foreign_token("kid is not a text");
  auto kid = member->get<std::string>();
  if (kid.empty() || kid.size() > limits::kKeyIdBytes)
    return refuse_foreign_token("kid is empty or longer than " + std::to_string(limits::kKeyIdBytes) +
                                " bytes");
  return std::optional<std::string>(std::move(kid));
}

}  // namespace

Error refuse_foreign_token(std::string_view reason) {
  return {.code = Errc::denied, .message = "the token is refused: " + std::string(reason)};
}

Result<JoseHeader> read_jose_header(std::string_view text, const std::vector<std::string>& algorithms) {
  const auto header = json::parse_unique_object(text);
  if (!header) return refuse_foreign_token("its header is not one JSON object with each member once");
  const auto algorithm = read_algorithm(*header, algorithms);
  if (!algorithm) return algorithm.error();
  // An extension that must be understood to be safe (RFC 7515 §4.1.11); we understand none.
  if (header->contains("crit")) return refuse_foreign_token("crit is in its header");
  if (const auto type = header->find("typ"); type != header->end() && !is_type_of_ours(*type))
    return refuse_foreign_token("typ is neither JWT nor at+jwt");
  auto kid = read_kid(*header);
  if (!kid) return kid.error();
  return JoseHeader{*algorithm, std::move(*kid)};
}

}  // namespace parley::token_server
