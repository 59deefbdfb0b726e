#include "chat_service/src/media/quota.hpp"

#include <algorithm>
#include <utility>

#include "chat_service/src/media/refusal.hpp"

namespace parley::chat_service::media {
namespace {

/// Of a user who uploads now.
struct Account {
  std::size_t claims = 0;
  std::uint64_t stored = 0;  ///< when the last upload began, and what was kept since
  std::uint64_t claimed = 0;
};

}  // namespace

struct Quota::State {
  std::uint64_t max_bytes;
  std::uint64_t refused = 0;
  std::map<std::string, Account> accounts{};
};

Quota::Quota(std::uint64_t max_bytes) : state_(std::make_shared<State>(State{max_bytes})) {}

std::uint64_t Quota::refused() const { return state_->refused; }

Result<std::shared_ptr<Quota::Claim>> Quota::begin(const std::string& user, std::uint64_t stored,
                                                   std::uint64_t bytes) {
  state_->accounts[user].stored = stored;
  std::shared_ptr<Claim> claim(new Claim(state_, user));
  if (auto claimed = claim->grow_to(bytes); !claimed) return claimed.error();
  return claim;
}

Quota::Claim::Claim(std::shared_ptr<State> state, std::string user)
    : state_(std::move(state)), user_(std::move(user)) {
  ++state_->accounts[user_].claims;
}

Quota::Claim::~Claim() {
  const auto account = state_->accounts.find(user_);
  account->second.claimed -= bytes_;
  if (--account->second.claims == 0) state_->accounts.erase(account);
}

Result<void> Quota::Claim::grow_to(std::uint64_t bytes) {
  Account& account = state_->accounts[user_];
  const std::uint64_t others = account.stored + account.claimed - bytes_;
  const std::uint64_t left = state_->max_bytes - std::min(state_->max_bytes, others);
  // A user over the quota, say because it was lowered, may not store even nothing.
  if (bytes > left || others > state_->max_bytes) {
    ++state_->refused;
    return media::refused(413, "expected a file of at most " + std::to_string(left) +
                                   " bytes: all files of one user may have " +
                                   std::to_string(state_->max_bytes));
  }
  const std::uint64_t more = bytes - std::min(bytes, bytes_);
  account.claimed += more;
  bytes_ += more;
  return {};
}

void Quota::Claim::keep() {
  Account& account = state_->accounts[user_];
  account.claimed -= bytes_;
  account.stored += std::exchange(bytes_, 0);
}

}  // namespace parley::chat_service::media
