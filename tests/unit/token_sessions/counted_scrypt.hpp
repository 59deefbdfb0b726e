#pragma once
#include <atomic>
#include <mutex>

#include "token_server/sessions/passwords.hpp"

namespace parley::token_server {

/// scrypt without its slowness, counted. Any thread.
class CountedScrypt {
 public:
  Scrypt function() {
    return [this](std::string_view password, std::string_view salt, ScryptCost cost, std::size_t) {
      const std::lock_guard lock(mutex_);
      ++calls_;
      last_cost_ = cost;
      if (broken_) return Result<std::string>(Error{.code = Errc::server_error, .message = "no memory"});
      return Result<std::string>(
          sha256(std::to_string(cost.log2_n) + std::string(salt) + std::string(password)));
    };
  }
  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  ScryptCost last_cost() const {
    const std::lock_guard lock(mutex_);
    return last_cost_;
  }
  void set_broken(bool broken) {
    const std::lock_guard lock(mutex_);
    broken_ = broken;
  }

 private:
  mutable std::mutex mutex_;
  int calls_ = 0;
  ScryptCost last_cost_;
  bool broken_ = false;
};

}  // namespace parley::token_server
