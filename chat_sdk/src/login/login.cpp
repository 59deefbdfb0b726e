#include <parley/login.hpp>

#include <map>
#include <mutex>
#include <utility>

#include "chat_sdk/src/login/login_session.hpp"

namespace parley {
namespace {

using detail::LoginHold;
using detail::LoginSession;

class MemoryStore final : public SessionStore {
 public:
  Result<std::string> load() override {
    const std::lock_guard lock(mutex_);
    return session_;
  }
  Result<void> save(const std::string& session) override {
    const std::lock_guard lock(mutex_);
    session_ = session;
    return {};
  }
  Result<void> erase() override {
    const std::lock_guard lock(mutex_);
    session_.clear();
    return {};
  }

 private:
  std::mutex mutex_;
  std::string session_;
};

/// The logins of this process by their stores: two exchanges of one session would end it. One that nobody
/// holds, but whose exchange is still under way, is taken up again.
class Logins {
 public:
  std::shared_ptr<LoginHold> find_or_begin(LoginOptions options) {
    const std::lock_guard lock(mutex_);
    std::erase_if(logins_, [](const auto& entry) { return entry.second.expired(); });
    const Key key{options.store.get(), options.url, options.user, options.account};
    if (auto running = logins_[key].lock()) {
      auto hold = std::make_shared<LoginHold>(running);
      running->join(std::move(options));
      return hold;
    }
    auto begun = std::make_shared<LoginSession>(std::move(options));
    logins_[key] = begun;
    return std::make_shared<LoginHold>(std::move(begun));
  }

  /// The next login of that store begins anew.
  void forget(const LoginOptions& options) {
    const std::lock_guard lock(mutex_);
    logins_.erase({options.store.get(), options.url, options.user, options.account});
  }

 private:
  using Key = std::tuple<const SessionStore*, std::string, std::string, std::string>;

  std::mutex mutex_;
  std::map<Key, std::weak_ptr<LoginSession>> logins_;
};

// Never destroyed: sources may be copied and dropped while the process ends.
Logins& logins() {
  static Logins& all = *new Logins;
  return all;
}

}  // namespace

std::shared_ptr<SessionStore> memory_session_store() { return std::make_shared<MemoryStore>(); }

TokenSource login(LoginOptions options) {
  if (!options.store) options.store = memory_session_store();
  return [hold = logins().find_or_begin(std::move(options))](const auto&, TokenReply reply) {
    hold->session().want_token(std::move(reply));
  };
}

void log_out(LoginOptions options, std::function<void(Result<void>)> done) {
  if (!options.store)
    return detail::tell<void>(done,
                              Error{.code = Errc::invalid_argument,
                                    .message = "log_out: store: expected the one that login() was given"});
  const auto hold = logins().find_or_begin(options);
  logins().forget(options);
  hold->session().log_out(hold, std::move(done));
}

}  // namespace parley
