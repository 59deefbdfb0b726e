// The part of Api that deals with passwords and refresh tokens: their work is done elsewhere, and the answer
// comes back to our executor.
#include <boost/asio/post.hpp>

#include "token_server/callers/identity_pattern.hpp"
#include "token_server/http/api.hpp"
#include "token_server/http/replies.hpp"
#include "token_server/http/request_fields.hpp"

namespace parley::token_server {
namespace {

Error invalid_grant(std::string message) {
  return {.code = Errc::denied, .message = std::move(message), .http_status = 400};
}

// RFC 6749 5.2 asks for 400 where a refresh token is refused; a wrong password is 401 as for every caller.
Error as_refused_grant(Error error) {
  if (error.code == Errc::denied) error.http_status = 400;
  return error;
}

std::string_view oauth_name(const Error& error) {
  switch (error.code) {
    case Errc::denied:
      return "invalid_grant";
    case Errc::invalid_argument:
      return "invalid_request";
    case Errc::forbidden:
      return "unauthorized_client";
    default:
      return "temporarily_unavailable";
  }
}

}  // namespace

template <class Next>
auto Api::back_here(Next next) {
  // Called once: what `next` holds goes along and is not left to the thread that called.
  return [executor = executor_, weak = weak_from_this(), next = std::move(next)](auto result) mutable {
    boost::asio::post(executor, [weak, next = std::move(next), result = std::move(result)] {
      if (const auto self = weak.lock()) next(*self, result);
    });
  };
}

void Api::refuse_session(const ExchangePtr& exchange, const Error& error) {
  finish(exchange, oauth_failure_reply(error, oauth_name(error)));
}

void Api::log_in(const ExchangePtr& exchange) {
  if (!admit_address(exchange)) return;
  auto credentials = read_credentials(exchange->request);
  if (!credentials) return refuse_session(exchange, credentials.error());
  auto account = choose_account(*exchange->site().users, std::move(credentials->account));
  if (!account) return refuse_session(exchange, account.error());
  exchange->record.caller = to_string(CallerKind::user);
  shared_.sessions->log_in({.name = std::move(credentials->user),
                            .password = std::move(credentials->password),
                            .account = std::move(*account),
                            .address = exchange->address,
                            .admit = admission(exchange)},
                           back_here([exchange](Api& self, const Result<Session>& session) {
                             if (!session) return self.refuse_session(exchange, session.error());
                             self.finish_session(exchange, *session);
                           }));
}

void Api::mint_by_query(const ExchangePtr& exchange) {
  if (!admit_address(exchange)) return;
  auto credentials = read_query_credentials(exchange->request);
  if (!credentials) return finish(exchange, failure_reply(credentials.error()));
  auto account = choose_account(*exchange->site().users, std::move(credentials->account));
  if (!account) return finish(exchange, failure_reply(account.error()));
  exchange->record.caller = to_string(CallerKind::user);
  shared_.sessions->check_password(
      {.name = std::move(credentials->user),
       .password = std::move(credentials->password),
       .account = std::move(*account),
       .address = exchange->address,
       .admit = admission(exchange)},
      back_here([exchange](Api& self, const Result<Session>& session) {
        if (!session) return self.finish(exchange, failure_reply(session.error()));
        const TokenWish wish{.identity = session->subject.identity, .account = session->subject.account};
        if (const auto minted = self.mint_for(exchange, *exchange->site().users, wish))
          self.finish(exchange, bare_reply(*minted));
      }));
}

void Api::begin_session(const ExchangePtr& exchange, const Caller& caller, const TokenWish& wish) {
  const auto minted = mint_for(exchange, caller.policy, wish);
  if (!minted) return;
  shared_.sessions->begin({.entry = caller.policy.entry,
                           .name = caller.subject,
                           .identity = wish.identity,
                           .account = wish.account},
                          exchange->address,
                          back_here([exchange, minted = *minted](Api& self, const Result<Session>& session) {
                            if (!session) return self.finish(exchange, failure_reply(session.error()));
                            self.finish(exchange, session_reply(minted, session->refresh));
                          }));
}

void Api::renew(const ExchangePtr& exchange) {
  if (!admit_address(exchange)) return;
  auto token = read_refresh_token(exchange->request);
  if (!token) return refuse_session(exchange, token.error());
  shared_.sessions->renew(std::move(*token), exchange->address,
                          back_here([exchange](Api& self, const Result<Session>& session) {
                            if (!session)
                              return self.refuse_session(exchange, as_refused_grant(session.error()));
                            self.finish_session(exchange, *session);
                          }),
                          admission(exchange));
}

void Api::finish_session(const ExchangePtr& exchange, const Session& session) {
  const auto* policy = exchange->site().policy_of(session.subject.entry);
  if (!policy) return refuse_session(exchange, invalid_grant("its callers are not served any more"));
  if (auto account = choose_account(*policy, session.subject.account); !account)
    return refuse_session(exchange, invalid_grant("its account is not served any more"));
  if (!matches_any(policy->identities, session.subject.identity))
    return refuse_session(exchange, invalid_grant("its identity is not served any more"));
  exchange->record.caller = to_string(policy->kind);
  const TokenWish wish{.identity = session.subject.identity, .account = session.subject.account};
  if (const auto minted = mint_for(exchange, *policy, wish))
    finish(exchange, session_reply(*minted, session.refresh));
}

void Api::revoke(const ExchangePtr& exchange) {
  if (!admit_address(exchange)) return;
  auto token = read_refresh_token(exchange->request);
  if (!token) return refuse_session(exchange, token.error());
  shared_.sessions->revoke(std::move(*token), exchange->address,
                           back_here([exchange](Api& self, const Result<void>& revoked) {
                             if (!revoked) return self.refuse_session(exchange, revoked.error());
                             self.finish(exchange, {.status = 200, .headers = {}, .body = "{}"});
                           }));
}

}  // namespace parley::token_server
