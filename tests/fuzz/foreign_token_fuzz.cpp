#include <cstddef>
#include <cstdint>
#include <string_view>

#include "token_server/oidc/claims_check.hpp"
#include "token_server/oidc/foreign_token.hpp"
#include "token_server/oidc/jwks_answer.hpp"

using namespace parley::token_server;

namespace {

// The keys that signed the tokens of the corpus.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"RSA","kid":"r","e":"AQAB","n":"1JdpY7gvolWPRV802ggzMMtUGRXGe2M0MRV9GomuiskFbyFi)"
    R"(Tf4ZI4CIQsSxuT5baeAib5VBthY9ElpM-Rt14fxQvcLWvfl9dBo6GG5JlfvMRUhjHoUxfObKupb_cM9iPelsFprbsJk4KAo-)"
    R"(xnULi63dXBq93fm_VzzdHfd0bqUM9KfGV9qB4qawJJitnrU_iRyTIgKXqj18_VpaMCE69PkVNZIT9g9BEKN_R_Wp11Dc_yQr)"
    R"(u6qy3D_aJwI419tBopn-sCn2rEcBaDvZ-M2krzLspUVaQqKBF8nJrF_F_KNUYQL1LJgBCKFYod8kGIVwLPBd2bthN0jz6nk0)"
    R"(QJkZbQ"},{"kty":"EC","crv":"P-256","kid":"e","x":"ECDKCPPs7o05zsk2HaM12u5VZg32kjZAPR_sjgtphqg",")"
    R"(y":"e7PWfXQXHFYzDNlbOK7pvBC6qe4Vz-dPohj1OQkaid0"}]})";

OidcSettings make_settings() {
  OidcSettings settings;
  settings.issuer = "https://id.example.com";
  settings.audiences = {"chat"};
  settings.algorithms = {"RS256", "ES256"};
  return settings;
}

void run_token(std::string_view token, const OidcSettings& settings, parley::WallTime now) {
  static const JwkSet keys = JwkSet::parse(kKeys).value();
  const auto issuer = unverified_issuer(token);
  const auto read = read_foreign_token(std::string(token), settings, now);
  if (!read) return;
  check_signature(*read, keys);
  if (issuer != settings.issuer || read->subject.identity.empty()) __builtin_trap();
}

}  // namespace

// Any bytes as a token, as each of its parts and as what an issuer answers: nothing may throw or read
// outside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const OidcSettings settings = make_settings();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const parley::WallTime now(std::chrono::seconds(1'735'689'600));
  run_token(text, settings, now);
  (void)check_claims(text, settings, now);
  (void)read_jose_header(text, settings.algorithms);
  (void)JwkSet::parse(text);
  (void)max_age_of({{"Cache-Control", std::string(text)}});
  return 0;
}
