#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <parley/error.hpp>
#include <parley/export.hpp>
#include <parley/token_source.hpp>

namespace parley {

/// Where the session of a login is kept, so that the next start of the program asks for no password: a
/// keyring, or a file that only this user may read. The text is a secret and opaque: hand it back as it came.
///
/// Called on a thread of the login's own, one call at a time. A call may block for as long as a disk does,
/// but must not wait for another thread of the program. What it throws counts as a failure. A store belongs
/// to one user at one token server; two programs at the same time must not share what it keeps.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  /// What was saved last; "" if there is nothing.
  virtual Result<std::string> load() = 0;
  /// Returns when it is safely kept: the access token is only used then, and the session before this one is
  /// worth nothing any more. At most 64 KiB.
  virtual Result<void> save(const std::string& session) = 0;
  virtual Result<void> erase() = 0;
};

/// Keeps the session in memory: the next start of the program has to log in again.
PARLEY_API std::shared_ptr<SessionStore> memory_session_store();

/// Hands the password over, or why there is none (the user cancelled). Call it once, from any thread; a
/// second call is ignored. If its last copy goes without a call, that counts as Errc::cancelled.
using PasswordReply = std::function<void(Result<std::string>)>;
/// Asks for the password, only when it is needed: when there is no session, or the session has ended. Called
/// on the thread of the login; must not block, so that a prompt answers later. What it throws is told as the
/// reason why there is no token.
using PasswordSource = std::function<void(PasswordReply reply)>;

/// A user of parley's token_server (callers of type `users`).
struct LoginOptions {
  std::string url;   ///< of the server, without a route: "https://tokens.example.com". http for tests only
  std::string user;  ///< the name to log in with
  /// Forgotten as soon as a session stands or the server has said that it is wrong. "": ask_password, or only
  /// the session of the store.
  std::string password{};
  PasswordSource ask_password{};          ///< for a login that goes on by itself for months
  std::shared_ptr<SessionStore> store{};  ///< none: in memory, for as long as the source lives
  std::string account{};                  ///< one of the server's accounts; "": its default
  std::vector<std::pair<std::string, std::string>> headers{};  ///< of each request
  HeaderSource make_headers{};  ///< further headers; called on the thread of the login, must not block
  std::string ca_file{};        ///< PEM bundle for https; "": the system's
  ProxyOptions proxy{};
};

/// Access tokens for one user, who logs in with a password once and stays logged in by a session that is
/// exchanged with each token.
///
///     options.tokens = parley::login({.url = url, .user = "alice", .password = typed, .store = keyring});
///
/// The first token comes from the store's session, if there is one, else from the password. Each new session
/// is saved before its token is used. An answer that was lost is asked for once more at once, as the server
/// allows for ten seconds. A session that has ended (revoked, unused for too long, disabled user, changed
/// password) leads to the password again, and without one to Errc::denied, "log in again"; only the server's
/// own "invalid_grant" counts as that, not the refusal of a gateway on the way. A store that fails is told as
/// Errc::storage_error and tried again; nobody is logged out by it.
///
/// Copies of the source, and other calls of login() with the same store, URL, user and account, share one
/// session, and one exchange at a time: the functions and headers of the last call that has some count.
///
/// Where the last copy is dropped, a call of the store or of another function that is running on the login's
/// thread is waited for (not on that thread itself), and replies, `make_headers` and `ask_password` are not
/// called any more. A request that is running is not waited for there and not given up either, as the server
/// may have exchanged the session already: the login's thread goes on until the answer has come and the store
/// has the next session, 20 s at most and what the store takes. The store is called, and kept alive, until
/// then. A program that ends by exit() or by leaving main() waits as long; login() with the same store takes
/// up what is under way.
PARLEY_API TokenSource login(LoginOptions options);

/// Ends the session of `options.store`: on the server, then in the store. The store forgets it in any case;
/// where the server could not be reached, `done` is told so, and the session lives there until nobody has
/// used it for long enough. Access tokens that were given live on until they expire. A source of the same
/// login answers Errc::denied from then on; call login() again for the next user, when `done` has run.
/// `done` runs once on the login's thread, inside this call if there is no store; what it throws is dropped.
/// The password is not needed.
PARLEY_API void log_out(LoginOptions options, std::function<void(Result<void>)> done);

}  // namespace parley
