#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <variant>

#include "common/base/backoff.hpp"

namespace parley::token {

struct KeeperSettings {
  Duration max_lead = std::chrono::minutes(3);  ///< refresh this long before the end of life ...
  double lead_share = 0.2;                      ///< ... or this share of the life, if that is shorter
  Duration first_retry = std::chrono::seconds(1);
  Duration max_retry = std::chrono::seconds(60);
  Duration fetch_timeout = std::chrono::seconds(30);
  Duration settle = std::chrono::seconds(10);  ///< a notice this soon after a new token is about the old one
};

/// Ask the token source once; answer with Keeper::on_fetched() and this id.
struct Fetch {
  std::uint64_t fetch_id;
};
/// A new token to use from now on.
struct Deliver {
  std::string token;
  Duration expires_in;
};
/// The source failed or gave a useless token; it is asked again by itself.
struct SourceFailed {
  Error error;
  Duration retry_in;
};
/// The life of the last delivered token is over and there is no new one. The source is still being asked.
struct Expired {
  Error error;
};
/// No token will come any more until start() is called again.
struct Refused {
  Error error;
};
using KeeperAction = std::variant<Fetch, Deliver, SourceFailed, Expired, Refused>;

enum class KeeperState { idle, fetching, holding, waiting, refused };

/// Why a new token is wanted before its time.
enum class Wanted {
  about_to_expire,  ///< the server's notice
  expired,          ///< the server's reply: it takes the current token no longer
};

/// Keeps one token fresh: decides when to ask the source and what to make of its answers. No I/O, no clock,
/// no thread of its own: drain next() after every call, and call on_time() at next_deadline().
///
///   state    | start    | want         | refresh, hurry | answer: good, useless, refusal | deadline
///   ---------|----------|--------------|----------------|--------------------------------|-------------
///   idle     | fetching | -            | -              | - (dropped)                    | -
///   fetching | -        | -            | -              | holding, waiting [6], refused  | waiting [5]
///   holding  | -        | fetching [1] | fetching [3]   | - (dropped)                    | fetching
///   waiting  | -        | - [2]        | fetching [4]   | - (dropped)                    | fetching
///   refused  | fetching | -            | fetching [3]   | - (dropped)                    | -
///
/// stop() leads to idle from everywhere; no action comes after it. start() leads to waiting if the source
/// asked to be left alone until later.
///
/// [1] Right after a new token ("settle"), "about to expire" is about the old one and ignored; "expired"
/// means that the two machines' clocks differ, so it leads to waiting: asking at once again would be a storm.
/// [2] A notice does not shorten the back-off.
/// [3] refresh() only: hurry() is for those who have none.
/// [4] Not before the time for which the source asked to be left alone, if it did.
/// [5] The source did not answer in time.
/// [6] Of a fetch before its time, the same token again leads back to holding after three more tries.
///
/// One fetch at a time: an answer counts only if it carries the id of the latest fetch. A source that does
/// not answer within fetch_timeout is given up, its late answer dropped. The refresh is due at the end of
/// life minus a lead, shortened by a random 0 to 10 % so that clients do not come all at once. Back-off
/// doubles from first_retry to max_retry, of which a random half to whole is waited, longer if the source
/// says so (an hour at most).
///
/// Refusals: Errc::denied, forbidden, invalid_token or cancelled (by the user), HTTP status 401 or 403 but
/// for a proxy's, a text that is no access token, a token for another identity or service than the one
/// before; of a source that has given no token yet, also Errc::invalid_argument and invalid_config, which no
/// retry heals. Useless: any other failure, the same token again, one that is over by the clock of its
/// issuer, one that was never to live. One that is over by this machine's clock is delivered all the same:
/// that clock may be wrong, and the service says so if it is not.
class Keeper {
 public:
  /// `random` must outlive the keeper.
  Keeper(KeeperSettings settings, Random& random);

  void start(TimePoint now);
  void stop();
  void want(Wanted why, TimePoint now);
  /// The user wants a new token, whatever the present one is like.
  void refresh(TimePoint now);
  /// The user waits: the back-off, if there is one, ends.
  void hurry(TimePoint now);
  /// The machine slept for so long, which the steady clock did not show: a refresh may be due. The life of
  /// the token stays what it was, since a wall clock that was set looks the same.
  void on_slept(Duration time, TimePoint now);
  /// `wall_now` tells how much of the token's life is left; time is measured on the steady clock from then
  /// on.
  void on_fetched(std::uint64_t fetch_id, Result<std::string> token, TimePoint now, WallTime wall_now);
  void on_time(TimePoint now);

  std::optional<TimePoint> next_deadline() const;
  /// The oldest action not yet taken.
  std::optional<KeeperAction> next();

  KeeperState state() const { return state_; }
  /// The delivered token; empty if there is none or its life is over.
  const std::string& token() const;

 private:
  struct Held {
    std::string token;
    std::string identity;
    std::string service_sid;
    TimePoint received;
    TimePoint expires;
    WallTime issued_at;  ///< by the issuer's clock, which shows at least this and what has passed since
    Duration settle;
    TimePoint refresh_at;  ///< as planned when it came
    bool over = false;
  };

  void fetch(TimePoint now);
  void keep(Error error, TimePoint now);
  void fail(Error error, TimePoint now);
  void refuse(Error error);
  void accept(std::string token, TimePoint now, WallTime wall_now);
  void hold(Held held);

  KeeperSettings settings_;
  Random& random_;
  KeeperState state_ = KeeperState::idle;
  std::uint64_t last_fetch_id_ = 0;
  int early_tries_ = 0;     ///< that gave the same token, since the user asked
  bool is_early_ = false;   ///< of the fetch: nothing but the user asks for it
  TimePoint wake_{};        ///< fetching: give up; holding: refresh; waiting: ask again
  TimePoint not_before_{};  ///< the source asked not to be asked before
  Backoff backoff_;         ///< since a token last served its time
  std::optional<Held> held_;
  std::deque<KeeperAction> actions_;
};

}  // namespace parley::token
