#pragma once
#include <functional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>

#include "common/base/crypto.hpp"

namespace parley::token_server {

inline constexpr std::size_t kPasswordBytes = 1024;
inline constexpr std::size_t kNewPasswordCharacters = 8;

/// parley::scrypt; tests count the calls and make them cheap.
using Scrypt = std::function<Result<std::string>(std::string_view password, std::string_view salt,
                                                 ScryptCost cost, std::size_t bytes)>;

/// True for what may be somebody's password: 1 to kPasswordBytes bytes of UTF-8.
bool may_be_password(std::string_view password);
/// The rules for a new one: also at least kNewPasswordCharacters characters. Fails with
/// Errc::invalid_argument.
Result<void> check_new_password(std::string_view password);

/// Passwords as they are stored: "scrypt$ln=15,r=8,p=1$<salt>$<hash>", both base64url. Each record says its
/// own cost, so the cost can rise later.
///
/// Thread rule: one thread at a time. `random` must outlive it.
class Passwords {
 public:
  explicit Passwords(Random& random, Scrypt scrypt = parley::scrypt, ScryptCost cost = {})
      : random_(random), scrypt_(std::move(scrypt)), cost_(cost) {}

  Result<std::string> make_record(std::string_view password);

  struct Check {
    bool right = false;
    bool outdated = false;  ///< today's cost is higher: make a new record
  };
  /// An empty record is nobody's: the answer is no, after the same work.
  /// Fails with Errc::storage_error for a record that is not one or asks for an absurd cost.
  Result<Check> check(std::string_view password, std::string_view record);

 private:
  Random& random_;
  Scrypt scrypt_;
  ScryptCost cost_;
};

}  // namespace parley::token_server
