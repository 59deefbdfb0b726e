#include "token_server/callers/backend_keys.hpp"

#include "common/base/crypto.hpp"

namespace parley::token_server {

void KnownBackends::add(const BackendKey& key, const CallerPolicy& policy) {
  by_digest_.insert_or_assign(
      key.sha256, std::make_shared<const Caller>(Caller{.policy = policy,
                                                        .name = key.name,
                                                        .identities = key.identities,
                                                        .requests_per_minute = key.requests_per_minute}));
}

std::shared_ptr<const Caller> KnownBackends::find(std::string_view key) const {
  if (by_digest_.empty()) return nullptr;
  const auto found = by_digest_.find(sha256_hex(key));
  return found == by_digest_.end() ? nullptr : found->second;
}

}  // namespace parley::token_server
