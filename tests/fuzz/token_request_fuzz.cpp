#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/api_driver.hpp"

using namespace parley;
using namespace parley::token_server;

namespace {

Policy policy() {
  auto policy = samples::policy(BackendKeys{samples::backend("crm", {"a*", "*@example.com"})});
  policy.allowed_origins = {"https://app.example.com"};
  policy.trusted_proxies = {"127.0.0.1"};
  policy.rates = {0, 0};
  return policy;
}

/// "<choice><header value>\n<body>"
http::Request request_of(std::string_view input) {
  const unsigned choice = input.empty() ? 0 : static_cast<unsigned char>(input[0]);
  if (!input.empty()) input.remove_prefix(1);
  const auto line = std::min(input.find('\n'), input.size());
  const auto value = std::string(input.substr(0, line));
  const auto body = std::string(input.substr(std::min(line + 1, input.size())));
  auto request =
      samples::post(choice & 1 ? "/auth" : "/v1/token", body, choice & 2 ? samples::kForm : samples::kJson);
  if (choice & 4) request = samples::with_key(std::move(request));
  constexpr const char* kHeaders[] = {"Authorization", "Content-Type", "X-Forwarded-For", "Origin"};
  return samples::with_header(std::move(request), kHeaders[(choice >> 3) & 3], value);
}

}  // namespace

// Any bytes as a body and as one of the headers the server reads. Nothing may throw; without the key there is
// no token, and with it only for identities of its patterns.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ApiDriver driver(policy());
  const auto request = request_of({reinterpret_cast<const char*>(data), size});
  driver.log.clear();
  const auto response = driver.ask(request);
  if (response.status == 500) __builtin_trap();
  if (response.status != 200) return 0;
  const auto credential = http::find_header(request.headers, "Authorization");
  if (!credential || credential->find(samples::kBackendKey) == credential->npos) __builtin_trap();
  const auto claims = token::peek(response.body.substr(10, response.body.find('"', 10) - 10));
  if (!claims || !(claims->identity.starts_with('a') || claims->identity.ends_with("@example.com")))
    __builtin_trap();
  return 0;
}
