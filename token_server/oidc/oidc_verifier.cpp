#include "token_server/oidc/oidc_verifier.hpp"

#include <utility>

#include "common/base/limits.hpp"
#include "token_server/oidc/foreign_token.hpp"
#include "token_server/oidc/key_source.hpp"

namespace parley::token_server {

class OidcVerifier::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, OidcSettings settings, const Clock& clock, Warn warn)
      : settings_(std::move(settings)),
        clock_(clock),
        source_(std::move(executor), settings_, clock, {[this] { on_settled(); }, std::move(warn)}) {}

  Result<void> start() { return source_.start(); }
  void begin() { source_.begin(); }
  void refresh() { source_.refresh(); }
  const OidcSettings& settings() const { return settings_; }
  void verify(std::string token, Done done);
  void close();

 private:
  struct Waiting {
    std::string token;
    Done done;
  };
  struct Verdict {
    Result<OidcSubject> outcome;
    bool final = true;  ///< false: fresher keys may lead to another
  };

  Verdict judge(const std::string& token);
  Verdict judge_signature(ForeignToken token, const JwkSet& keys) const;
  void on_settled();

  OidcSettings settings_;
  const Clock& clock_;
  KeySource source_;
  std::vector<Waiting> waiting_;
  bool closed_ = false;
};

void OidcVerifier::Impl::verify(std::string token, Done done) {
  auto verdict = judge(token);
  if (verdict.final || !source_.search()) return done(std::move(verdict.outcome));
  if (waiting_.size() < limits::kJwksWaiting) return waiting_.push_back({std::move(token), std::move(done)});
  done(Error{.code = Errc::too_many_requests,
             .message = "too many tokens wait for the issuer's keys",
             .retry_after = std::chrono::seconds(1)});
}

OidcVerifier::Impl::Verdict OidcVerifier::Impl::judge(const std::string& token) {
  auto read = read_foreign_token(token, settings_, clock_.wall_now());
  if (!read) return {read.error()};
  const JwkSet* keys = source_.keys();
  if (!keys) return {source_.unavailable(), false};
  return judge_signature(std::move(*read), *keys);
}

OidcVerifier::Impl::Verdict OidcVerifier::Impl::judge_signature(ForeignToken token,
                                                                const JwkSet& keys) const {
  switch (check_signature(token, keys)) {
    case SignatureCheck::good:
      return {std::move(token.subject)};
    case SignatureCheck::unknown_key:
      if (source_.failing()) return {source_.unavailable(), false};
      return {refuse_foreign_token("kid names no key of the issuer"), false};
    case SignatureCheck::bad:
      break;
  }
  return {refuse_foreign_token("its signature is not by a key of the issuer")};
}

void OidcVerifier::Impl::on_settled() {
  const auto alive = shared_from_this();
  for (auto& [token, done] : std::exchange(waiting_, {})) {
    if (closed_) return;
    done(judge(token).outcome);
  }
}

void OidcVerifier::Impl::close() {
  closed_ = true;
  waiting_.clear();
}

OidcVerifier::OidcVerifier(boost::asio::any_io_executor executor, OidcSettings settings, const Clock& clock,
                           Warn warn)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(settings), clock, std::move(warn))) {}

OidcVerifier::~OidcVerifier() { impl_->close(); }

Result<void> OidcVerifier::start() { return impl_->start(); }

void OidcVerifier::begin() { impl_->begin(); }

void OidcVerifier::refresh() { impl_->refresh(); }

void OidcVerifier::verify(std::string token, Done done) {
  const auto alive = impl_;
  alive->verify(std::move(token), std::move(done));
}

const OidcSettings& OidcVerifier::settings() const { return impl_->settings(); }

}  // namespace parley::token_server
