#include "chat_sdk/src/login/login_session.hpp"

#include <atomic>
#include <nlohmann/json.hpp>
#include <utility>

#include "chat_sdk/src/login/foreign_text.hpp"

namespace parley::detail {
namespace {

// A password waits for its turn to be checked, ten seconds at most.
constexpr Duration kLoginTimeout = std::chrono::seconds(15);
// An answer counts as lost early enough for the second time to reach the server within its ten seconds.
constexpr Duration kExchangeTimeout = std::chrono::seconds(5);
constexpr Duration kSecondExchangeTimeout = std::chrono::seconds(15);
constexpr Duration kRevokeTimeout = std::chrono::seconds(10);

Result<Grant> read_grant(const Result<json::Value>& answer, const net::Url& url) {
  if (!answer) return answer.error();
  auto token = read_text(*answer, "token", url);
  if (!token) return token.error();
  auto session = read_text(*answer, "refresh_token", url);
  if (!session) return session.error();
  return Grant{std::move(*token), std::move(*session)};
}

// Of a URL with a path, the routes are below it.
Result<net::Url> route_url(const std::string& base, const char* route) {
  auto url = parse_endpoint_url(base, "login: url");
  if (!url) return url;
  if (url->target.find('?') != std::string::npos)
    return Error{.code = Errc::invalid_argument, .message = "login: url: expected no query"};
  while (url->target.ends_with('/')) url->target.pop_back();
  url->target += route;
  return url;
}

/// One answer of the application, from any thread. A reply that is gone without having been called is one,
/// too: nobody would ever answer.
class PasswordAnswer {
 public:
  PasswordAnswer(std::weak_ptr<LoginSession> login, std::uint64_t asked)
      : login_(std::move(login)), asked_(asked) {}
  ~PasswordAnswer() {
    give(Error{.code = Errc::cancelled, .message = "login: ask_password let its reply go without an answer"});
  }
  PasswordAnswer(const PasswordAnswer&) = delete;
  PasswordAnswer& operator=(const PasswordAnswer&) = delete;

  void give(Result<std::string> password) {
    if (is_given_.exchange(true)) return;
    if (const auto login = login_.lock()) login->give_password(asked_, std::move(password));
  }

 private:
  const std::weak_ptr<LoginSession> login_;
  const std::uint64_t asked_;
  std::atomic<bool> is_given_{false};
};

LoginOptions without_password(LoginOptions options) {
  wipe(options.password);
  return options;
}

}  // namespace

struct LoginSession::Reply {
  Result<json::Value> body;
  bool is_invalid_grant;
  const net::Url& url;
};

SessionOwner owner_of(const LoginOptions& options) { return {options.url, options.user, options.account}; }

LoginSession::LoginSession(LoginOptions options)
    : owner_(owner_of(options)),
      options_(without_password(options)),
      ways_(options_.proxy, {.ca_file = options_.ca_file}),
      machine_(std::move(options.password), options.ask_password != nullptr) {}

LoginSession::~LoginSession() {
  thread_.stop();
  call_.reset();  // while its executor is there, and nothing runs on it
}

void LoginSession::post(Act act) {
  thread_.post([self = shared_from_this(), act = std::move(act)] { self->take_turn(act); });
}

void LoginSession::take_turn(const Act& act) {
  const std::lock_guard turn(turn_);
  act(*this);
  drain();
}

void LoginSession::let_go() {
  if (--holds_ > 0) return;
  const std::lock_guard turn(turn_);
  if (holds_ > 0 || is_abandoned_) return;  // another login() has come meanwhile, or come and gone
  is_abandoned_ = true;
  machine_.abandon();
  waiting_.clear();
  options_.ask_password = nullptr;
  options_.make_headers = nullptr;
  options_.headers.clear();
  if (call_) unheld_.emplace();
}

void LoginSession::want_token(TokenReply reply) {
  post([reply = std::move(reply)](LoginSession& self) {
    if (self.holds_ == 0) return;
    self.waiting_.push_back(reply);
    self.machine_.want_token();
  });
}

void LoginSession::give_password(std::uint64_t asked, Result<std::string> password) {
  post([asked, password = std::move(password)](LoginSession& self) mutable {
    if (asked == self.asked_) self.machine_.on_password(std::move(password));
  });
}

void LoginSession::log_out(std::shared_ptr<LoginHold> hold, std::function<void(Result<void>)> done) {
  // Whoever logs out need not hold the session: it is held until that is done.
  post([hold = std::move(hold), done = std::move(done)](LoginSession& self) {
    self.leaving_.push_back([hold, done](const Result<void>& outcome) { done(outcome); });
    self.machine_.log_out();
  });
}

void LoginSession::join(LoginOptions options) {
  post([options = std::move(options)](LoginSession& self) {
    if (self.holds_ == 0) return;
    self.is_abandoned_ = false;
    self.unheld_.reset();
    if (options.ask_password) self.options_.ask_password = options.ask_password;
    if (options.make_headers) self.options_.make_headers = options.make_headers;
    if (!options.headers.empty()) self.options_.headers = options.headers;
    self.machine_.offer_password(options.password, options.ask_password != nullptr);
  });
}

void LoginSession::drain() {
  while (auto action = machine_.next()) std::visit([this](auto& wanted) { perform(wanted); }, *action);
}

Error LoginSession::store_error(const char* what, const std::string& before, const std::string& words) const {
  Error error{.code = Errc::storage_error, .message = "the session store " + std::string(what)};
  if (!repeats_secret(words, {stored_})) error.message += ": " + before + loggable_line(words);
  return error;
}

template <class T>
Result<T> LoginSession::ask_store(const char* what, const std::function<Result<T>()>& call) {
  try {
    auto outcome = call();
    if (outcome) return outcome;
    return store_error(what, "", outcome.error().message);
  } catch (const std::exception& failure) {
    return store_error(what, "it threw: ", failure.what());
  } catch (...) {
    return store_error(what, "it threw: ", text_of_current_exception());
  }
}

void LoginSession::perform(LoadSession) {
  auto record = ask_store<std::string>("could not be read", [this] { return options_.store->load(); });
  if (record) stored_ = session_in(*record, owner_);
  machine_.on_loaded(record ? Result<std::string>(stored_) : std::move(record));
}

void LoginSession::perform(const SaveSession& action) {
  stored_ = action.session;
  machine_.on_saved(ask_store<void>("did not save", [this, record = to_record(owner_, action.session)] {
    return options_.store->save(record);
  }));
}

void LoginSession::perform(EraseSession) {
  machine_.on_erased(ask_store<void>("did not erase", [this] { return options_.store->erase(); }));
}

void LoginSession::perform(AskPassword) {
  const auto answer = std::make_shared<PasswordAnswer>(weak_from_this(), ++asked_);
  const auto ask = options_.ask_password;  // which may let the login go
  try {
    ask([answer](Result<std::string> password) { answer->give(std::move(password)); });
  } catch (...) {
    machine_.on_password(Error{.code = Errc::unreachable,
                               .message = "login: ask_password threw: " + text_of_current_exception()});
  }
}

void LoginSession::perform(LogIn& action) {
  json::OrderedValue body{{"user", owner_.user}, {"password", action.password}};
  if (!owner_.account.empty()) body["account"] = owner_.account;
  ask_for_grant({"/v1/login", json::dump(body), action.password, kLoginTimeout});
  wipe(body["password"].get_ref<std::string&>());
  wipe(action.password);
}

void LoginSession::perform(const ExchangeSession& action) {
  ask_for_grant({"/v1/token/refresh", json::dump({{"refresh_token", action.session}}), action.session,
                 action.again ? kSecondExchangeTimeout : kExchangeTimeout});
}

void LoginSession::ask_for_grant(Request request) {
  const auto sent = send(std::move(request), [](LoginSession& self, const Reply& reply) {
    if (reply.is_invalid_grant) return self.machine_.on_invalid_grant(reply.body.error());
    self.machine_.on_granted(read_grant(reply.body, reply.url));
  });
  if (!sent) machine_.on_granted(sent.error());
}

void LoginSession::perform(const RevokeSession& action) {
  const auto sent = send(
      {"/v1/token/revoke", json::dump({{"refresh_token", action.session}}), action.session, kRevokeTimeout},
      [](LoginSession& self, const Reply& reply) {
        self.machine_.on_revoked(reply.body ? Result<void>() : Result<void>(reply.body.error()));
      });
  if (!sent) machine_.on_revoked(sent.error());
}

// The application's function is not called when nobody holds the login: what it gave last is good for the
// second time of an exchange.
Result<http::Fields> LoginSession::headers_of_request() {
  if (is_abandoned_) return last_headers_;
  const auto make = options_.make_headers;  // which may let the login go
  auto headers = collect_headers(options_.headers, make, "login: make_headers");
  if (headers) last_headers_ = *headers;
  return headers;
}

Result<void> LoginSession::send(Request request, Answer answer) {
  auto url = route_url(owner_.url, request.route);
  if (!url) return url.error();
  auto headers = headers_of_request();
  if (!headers) return headers.error();
  EndpointCall call{.question = {.url = std::move(*url), .secrets = {std::move(request.secret)}},
                    .body = std::move(request.body),
                    .timeout = request.timeout};
  add_secrets(*headers, call.question.secrets);
  call.headers = std::move(*headers);
  auto question = call.question;
  auto sent =
      post_json(thread_.executor(), ways_, std::move(call),
                [self = shared_from_this(), question = std::move(question),
                 answer = std::move(answer)](const Result<http::Response>& response) {
                  const auto held = self;  // this function goes with its call
                  held->take_turn([&](LoginSession& session) {
                    const auto ended = std::move(session.call_);
                    const auto now = system_clock().wall_now();
                    answer(session, {response ? read_answer(*response, question, now) : response.error(),
                                     response && says_invalid_grant(*response), question.url});
                  });
                });
  if (!sent) return sent.error();
  call_ = std::move(*sent);
  return {};
}

void LoginSession::perform(const AnswerToken& action) {
  for (const auto& reply : std::exchange(waiting_, {})) tell(reply, action.access_token);
}

void LoginSession::perform(const LoggedOut& action) {
  for (const auto& done : std::exchange(leaving_, {})) tell(done, action.outcome);
}

}  // namespace parley::detail
