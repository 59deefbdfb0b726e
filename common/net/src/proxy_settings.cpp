#include <cstdlib>

#include "common/net/proxy.hpp"

namespace parley::net {
namespace {

std::string first_of(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto value = environment(name); value && !value->empty()) return std::move(*value);
  return {};
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

ProxySettings ProxySettings::from_environment(const Environment& environment) {
  return {.secure = first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}),
          .plain = first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"}),
          .direct = ProxyExceptions(first_of(environment, {"no_proxy", "NO_PROXY"}))};
}

Result<std::optional<Proxy>> ProxySettings::proxy_for(const Url& url) const {
  const std::string& text = url.secure() ? secure : plain;
  if (text.empty() || is_loopback(url.host) || direct.matches(url)) return std::optional<Proxy>();
  auto proxy = parse_proxy(text);
  if (!proxy) return proxy.error();
  return std::optional<Proxy>(std::move(*proxy));
}

}  // namespace parley::net
