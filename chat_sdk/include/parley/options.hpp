#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <parley/export.hpp>
#include <parley/proxy_options.hpp>
#include <parley/seams.hpp>
#include <parley/token_source.hpp>

namespace parley {

namespace net {
class InProcessListener;
}

/// Which service to talk to.
struct Endpoint {
  std::string url;                                     ///< ws or wss
  std::string region;                                  ///< of Twilio's cloud; ignored by parley's own service
  std::shared_ptr<net::InProcessListener> listener{};  ///< if set: connect to it instead, without a socket
  /// Does the service do a write once, however often it gets the same X-Twilio-Mutation-Id? If not, each
  /// message carries its key in its attributes, as "parley.key", and after a lost answer the client looks for
  /// it in the history before it sends the message again. A message whose attributes are no JSON object can
  /// carry none: it fails with Errc::outcome_unknown then. Who edits the attributes should keep the member
  /// until it is sent.
  bool knows_mutation_ids = true;

  /// Twilio's cloud, e.g. region "us1" or "ie1"; it is not known to remember mutation ids.
  PARLEY_API static Endpoint twilio(std::string region = "us1");
  /// parley's chat_service, or whatever speaks the protocol: "ws://127.0.0.1:4010/v3/wsconnect".
  PARLEY_API static Endpoint service(std::string url);
  /// A service in this process, e.g. parley::Service::in_process(): no port, no socket, no TLS.
  PARLEY_API static Endpoint stream(std::shared_ptr<net::InProcessListener> listener);
};

/// How certificates are checked: the chain to a trusted authority, the dates, and the server's name or
/// address among the subject alternative names. Whether one was revoked is not checked. What is refused fails
/// with Errc::tls_failed, whose message says what is wrong.
struct TlsOptions {
  std::string ca_file{};  ///< PEM bundle of trusted authorities; "": the system's
  /// Keys of which one must be in each server's verified chain: "sha256/" and the Base64 of the SHA-256 of a
  /// SubjectPublicKeyInfo, as curl's --pinnedpubkey has it. They are for the service and its files alike, not
  /// for token sources. Pin a second key that you keep elsewhere. Empty: any key.
  std::vector<std::string> pins{};
  bool pins_report_only = false;  ///< a chain without a pinned key is logged as a warning, and accepted
};

struct Timeouts {
  Duration connect =
      std::chrono::seconds(30);              ///< async_connect: retries, the list, the first fifty channels
  Duration dial = std::chrono::seconds(10);  ///< one attempt: name, TCP, TLS, WebSocket
  /// One request to the service, waiting for a connection and for its turn included; an operation may need
  /// several. Of a file transfer: the longest time without progress.
  Duration request = std::chrono::seconds(30);
  /// Without anything from the service for so long while an answer is due: it is asked for a sign of life (a
  /// WebSocket ping); without one for as long again the connection is left, so within twice this time. What
  /// comes in part counts, and so does the answer to the ping of a service that is only slow.
  Duration probe = std::chrono::milliseconds(2500);
  /// The same while no answer is due: the service pings every 20 s. Not shorter than `probe`.
  Duration silence = std::chrono::seconds(45);
};

/// How messages are sent: a queue for each channel, first in first out, that outlives lost connections.
struct OutboxOptions {
  /// How long a message is tried before it fails with Errc::timed_out (or outcome_unknown, if it may have
  /// been stored). One that may have been stored ends after 47 hours anyhow, while the service remembers it.
  Duration lifetime = std::chrono::hours(24);
  /// A message that the service refuses blocks those behind it, instead of stepping aside.
  bool block_on_refusal = false;
  std::size_t max_messages = 100'000;  ///< waiting at once; one more fails with Errc::limit_exceeded
};

/// Where the client keeps what is to survive the end of the program: the messages that are to be sent, the
/// list of channels, and their newest messages. Messages that were told as pending are sent by the next
/// client of that identity, once, in order; it tells of them again. It shows the channels at once, as they
/// were left (CacheRestored), and catches up when it is connected.
///
/// Needs the component parley::cache_sqlite: link it, and include <parley/cache_sqlite.hpp> in one source
/// file. Without it async_connect() and every message fail with Errc::invalid_argument.
struct CacheOptions {
  /// The cache of one Endpoint and one identity is one SQLite file in this directory (UTF-8), which is made
  /// if it is missing; only this user may read them. Accounts of the vendor's cloud share an Endpoint: give
  /// each a directory of its own. Nobody else may write in it, and it is on a disk of this computer.
  PARLEY_API static CacheOptions sqlite(std::string directory, std::string identity = "");

  std::string directory;  ///< "": no cache
  /// Whose client this is; it never sees what another identity left. "": that of the first token, so nothing
  /// is restored, and no message is told as pending, before the client was connected.
  std::string identity;
  /// Of the messages that wait or have failed; one more fails with Errc::limit_exceeded. Files that are given
  /// as bytes are kept in the cache and count, those that are given by their path are not.
  std::uint64_t max_bytes = 256U << 20U;
  /// How far back the messages of a channel are kept, in indexes; 0: none are.
  std::int64_t history_per_channel = 1000;
  /// Of the kept messages of all channels, about; the histories that were written longest ago are dropped.
  std::uint64_t max_history_bytes = 64U << 20U;
};

struct RetryPolicy {
  /// After the first failure; doubles with each further one, up to `max`. Of each a random part is waited
  /// ("full jitter"), a quarter of `min` at least, so that those who lost their connections together do not
  /// come back together.
  Duration min = std::chrono::seconds(1);
  Duration max = std::chrono::seconds(30);
  /// Before it was ever connected: true: goes on trying after Timeouts::connect, when async_connect() and
  /// what waits with it fail with the last reason; false: gives up then and is `offline`. What no retry heals
  /// ends both. Afterwards a lost connection is always tried again, until the client is closed or refused.
  bool keep_trying = false;
};

enum class LogLevel {
  debug,    ///< what the client does: each request, retries, waits, the cache, fetched tokens
  info,     ///< connected, closed as asked for, login renewed
  warning,  ///< something failed that is tried again, or the client goes on with less
  error,    ///< nothing is tried any more: it needs a person, or another async_connect
};

/// Receives log lines on the I/O executor, the last ones after ~Client returned; must not throw. A line is
/// `event=NAME` and further `key=value`, separated by blanks; a value that has others in it than letters,
/// digits and -._/:*+ is in double quotes. Names and keys stay as they are. Lines never hold tokens, message
/// bodies, identities, names of channels or queries of URLs.
using LogHook = std::function<void(LogLevel level, std::string_view line)>;

struct ClientOptions {
  Endpoint endpoint = Endpoint::twilio();
  TokenSource tokens;  ///< required
  LogHook log{};
  TlsOptions tls{};
  ProxyOptions proxy{};  ///< for the service and its files
  Timeouts timeouts{};
  RetryPolicy retry{};
  OutboxOptions outbox{};
  CacheOptions cache{};
  bool count_own_messages = false;  ///< in Unread
  /// Where completions and events run, one at a time, e.g. EventPump::executor(). Nothing: the Runtime's (or
  /// the given) executor.
  std::optional<boost::asio::any_io_executor> callbacks{};
  /// Instead of `callbacks` (both: async_connect fails with Errc::invalid_argument): has the program's own
  /// event loop run the work it is given, in which completions and events run, one at a time and in order.
  ///
  /// Called from any thread, but not again before that work has begun or is gone; never after ~Client
  /// returned. It must not wait for the thread that destroys the client, nor run the work itself, or handlers
  /// run on the client's own threads. What a loop destroys without running it, or `post` refuses by throwing,
  /// is lost: handlers that waited are destroyed, and nothing else is harmed. A loop may do so when it ends.
  ///
  ///     options.post = [](auto work) { QMetaObject::invokeMethod(qApp, work, Qt::QueuedConnection); };
  std::function<void(std::function<void()> work)> post{};
  Seams seams{};
};

}  // namespace parley
