#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "token_server/callers/caller.hpp"
#include "token_server/options.hpp"

namespace parley::token_server {

/// The keys of back ends, found by what a request shows. Immutable once filled.
///
/// A key is looked up by its SHA-256, so how long that takes says nothing about the keys there are.
class KnownBackends {
 public:
  void add(const BackendKey& key, const CallerPolicy& policy);
  /// Null for a key that nobody has.
  std::shared_ptr<const Caller> find(std::string_view key) const;

 private:
  std::unordered_map<std::string, std::shared_ptr<const Caller>> by_digest_;
};

}  // namespace parley::token_server
