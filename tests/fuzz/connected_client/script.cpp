#include "tests/fuzz/connected_client/script.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/protocol/sync/names.hpp"
#include "common/protocol/twilsock/frame.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define PARLEY_COUNTS_BYTES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PARLEY_COUNTS_BYTES
#endif
#endif
#ifdef PARLEY_COUNTS_BYTES
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // not every compiler brings its header
#endif

namespace parley::fuzz {
namespace {

constexpr std::size_t kMaxSteps = 2000;
constexpr std::int64_t kMaxIndex = std::int64_t{1} << 53;
constexpr std::int64_t kMonthMs = std::int64_t{1000} * 60 * 60 * 24 * 30;

// What a client and the world around it hold, and how much an input may add to it.
constexpr std::size_t kMaxBytes = std::size_t{8} << 20U;
constexpr std::size_t kMaxBytesPerByte = 2000;

// Of this process, where somebody counts them.
std::size_t allocated_bytes() {
#ifdef PARLEY_COUNTS_BYTES
  return __sanitizer_get_current_allocated_bytes();
#else
  return 0;
#endif
}

std::string_view take_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

bool is_setup(std::string_view line) { return line.starts_with("with ") || line.starts_with("kept "); }

Duration milliseconds_of(Words words) { return std::chrono::milliseconds(words.number(0, 0, kMonthMs)); }

// "3-7": such as a cache has them, in order and apart.
std::vector<IndexRange> read_ranges(Words words) {
  std::vector<IndexRange> ranges;
  for (auto word = words.word(); !word.empty(); word = words.word()) {
    const auto dash = std::min(word.find('-'), word.size());
    const std::int64_t free_from = ranges.empty() ? 0 : ranges.back().last + 2;
    const auto first = Words::to_number(word.substr(0, dash), 0);
    const auto last = Words::to_number(word.substr(std::min(dash + 1, word.size())), first);
    if (first >= free_from && last >= first && last <= kMaxIndex) ranges.push_back({first, last});
  }
  return ranges;
}

std::optional<std::int64_t> index_or_nothing(std::int64_t number) {
  if (number < 0 || number > kMaxIndex) return std::nullopt;
  return number;
}

}  // namespace

// A key's last character says more: "!" it may have been sent, "?" nobody knows whether it was, "#" it
// blocks.
void Script::Setup::keep_message(const std::string& channel, Words words) {
  const std::string key(words.word());
  const WallTime start{std::chrono::hours(24 * 365 * 56)};
  detail::StoredOutgoing stored{.local_id = key, .channel_sid = channel};
  stored.message = std::make_shared<const NewMessage>(std::string(words.rest()));
  stored.progress.expires_at = start + std::chrono::hours(24);
  if (key.ends_with('!') || key.ends_with('?'))
    stored.progress.sendable_since = start - std::chrono::hours(1);
  if (key.ends_with('?')) stored.progress.error = Error{.code = Errc::outcome_unknown, .message = "perhaps"};
  if (key.ends_with('#')) stored.progress.error = Error{.code = Errc::forbidden, .message = "refused"};
  stored.progress.blocked = key.ends_with('#');
  auto& outgoing = disk.contents.outgoing;
  const bool is_new =
      std::none_of(outgoing.begin(), outgoing.end(), [&](const auto& one) { return one.local_id == key; });
  if (!key.empty() && is_new) outgoing.push_back(std::move(stored));
}

// with own | block | vendor | cache | late-cache | bare | window INDEXES | few MESSAGES
// kept channel SID NEWEST HORIZON UNREAD RANGE... | kept message CHANNEL KEY TEXT | kept horizon CHANNEL TO
void Script::Setup::take(std::string_view kind, Words words) {
  const auto what = words.word();
  if (kind == "with") {
    if (what == "own") model.counts_own = true;
    if (what == "block") model.outbox.options.block_on_refusal = true;
    if (what == "vendor") model.outbox.knows_mutation_ids = false;
    if (what == "cache" || what == "late-cache") model.cache.enabled = true;
    if (what == "cache") model.cache.identity = "alice";
    if (what == "bare") bare = true;
    if (what == "window") model.cache.history.per_channel = words.number(1000, 0, kMaxIndex);
    if (what == "few") model.outbox.options.max_messages = static_cast<std::size_t>(words.number(1, 0, 1000));
    return;
  }
  const std::string channel(words.word());
  if (what == "channel") {
    ChannelState state;
    state.sid = channel;
    state.name = channel == "CH1" ? "room1" : "kept";
    state.joined = true;
    state.last_message_index = index_or_nothing(words.number(-1));
    state.last_read_index = index_or_nothing(words.number(-1));
    state.unread.count = words.number();
    state.known_history = read_ranges(words);
    disk.contents.channels.push_back(std::move(state));
  } else if (what == "message") {
    keep_message(channel, words);
  } else if (what == "horizon") {
    const auto to = words.number(-1);
    disk.contents.horizons.push_back({channel, index_or_nothing(to), words.word() == "back"});
  }
}

Script::Script(Setup setup) : client_(std::move(setup.model), std::move(setup.disk)) {
  if (setup.bare)
    client_.serving = false;
  else
    connect(Words(""));
}

void Script::run(std::string_view input) {
  Setup setup;
  while (is_setup(input)) {
    Words words(take_line(input));
    const auto kind = words.word();
    setup.take(kind, words);
  }
  const std::size_t before = allocated_bytes();
  const std::size_t most = before + kMaxBytes + kMaxBytesPerByte * input.size();
  Script script(std::move(setup));
  for (std::size_t steps = 0; !input.empty() && steps < kMaxSteps; ++steps) script.play(take_line(input));
  require(allocated_bytes() < most);
  script.client_.finish();
}

// A client that is closed is not asked any more: its runtime answers for it.
void Script::play(std::string_view line) {
  Words words(line);
  const auto name = words.word();
  const Steps& world = steps_of_world();
  const Steps& user = steps_of_user();
  if (const auto at = world.find(name); at != world.end()) return (this->*at->second)(words);
  if (const auto at = user.find(name); at != user.end() && !client_.is_closed()) (this->*at->second)(words);
}

const Script::Steps& Script::steps_of_world() {
  static const Steps steps{
      {"hold", &Script::hold},     {"serve", &Script::serve},       {"auto", &Script::serve_all},
      {"pick", &Script::pick},     {"reply", &Script::reply},       {"refuse", &Script::refuse},
      {"header", &Script::header}, {"on", &Script::answer_later},   {"raw", &Script::raw},
      {"packet", &Script::packet}, {"note", &Script::note},         {"event", &Script::event},
      {"replay", &Script::replay}, {"outcome", &Script::outcome},   {"lost", &Script::lost},
      {"net", &Script::network},   {"tick", &Script::tick},         {"jump", &Script::jump},
      {"token", &Script::token},   {"uploaded", &Script::uploaded}, {"disk", &Script::disk},
      {"rows", &Script::rows},
  };
  return steps;
}

// --- the service

void Script::hold(Words) { client_.serving = false; }

void Script::serve_all(Words) {
  client_.serving = true;
  client_.act([](detail::Engine&) {});
}

// serve [HOW MANY]
void Script::serve(Words words) { client_.serve(static_cast<std::size_t>(words.number(1000, 0, 1000))); }

void Script::pick(Words words) { client_.pick(static_cast<std::size_t>(words.number(0, 0, 1000))); }

// reply STATUS BODY
void Script::reply(Words words) {
  const auto status = static_cast<int>(words.number(200, 0, 999));
  client_.reply(status, words.rest());
}

// refuse STATUS CODE
void Script::refuse(Words words) {
  const auto status = static_cast<int>(words.number(500, 0, 999));
  client_.refuse(status, static_cast<int>(words.number(0, 0, 99999)));
}

void Script::header(Words words) {
  const std::string name(words.word());
  client_.add_header(name, std::string(words.rest()));
}

// on PART-OF-PATH STATUS BODY
void Script::answer_later(Words words) {
  const std::string part(words.word());
  const auto status = static_cast<int>(words.number(200, 0, 999));
  client_.override_answer(part, {status, std::string(words.rest())});
}

// --- what it says unasked

void Script::raw(Words words) { client_.receive(unescaped(words.rest())); }

// packet {MEMBERS} || PAYLOAD
void Script::packet(Words words) {
  const std::string text = unescaped(words.rest());
  const auto bar = std::min(text.find(" || "), text.size());
  const std::string payload = text.substr(std::min(bar + 4, text.size()));
  std::string header = text.substr(0, bar);
  if (header.size() > 2 && header.front() == '{')
    header.insert(1, "\"payload_size\":" + std::to_string(payload.size()) + ",");
  client_.receive(twilsock::join_frame(header, payload, /*trailer=*/true));
}

// note TYPE PAYLOAD, the type of Sync being "-"
void Script::note(Words words) {
  const auto type = words.word();
  client_.notify(type == "-" ? sync::kSyncEventType : type, words.rest());
}

// EVENT-TYPE OBJECT NUMBER KEY DATA, the number being "+" or "+N" behind the last one
std::optional<sync::Event> Script::read_event(Words words) {
  const auto kind = sync::parse_event_type(words.word());
  if (!kind) return std::nullopt;
  sync::Event event{.type = kind->type, .change = kind->change};
  event.object_sid = words.word();
  const auto number = words.word();
  auto& last = client_.service().last_event(event.object_sid);
  constexpr std::int64_t kFar = 1'000'000;
  event.id = number.starts_with('+')
                 ? last + std::clamp<std::int64_t>(Words::to_number(number.substr(1), 1), -kFar, kFar)
                 : Words::to_number(number, 0);
  if (event.id > last && event.id < kMaxIndex) last = event.id;
  event.item_key = words.word();
  if (event.type == sync::ObjectType::list)
    event.item_key = std::to_string(Words::to_number(event.item_key, 0));
  event.data = words.rest();
  return event;
}

void Script::event(Words words) {
  auto event = read_event(words);
  if (event) client_.notify(sync::live_message_type(event->type), live_event(std::move(*event)));
}

// As the answer to the last subscription of the object.
void Script::replay(Words words) {
  auto event = read_event(words);
  if (!event) return;
  const auto id = client_.service().correlation(event->object_sid);
  client_.notify(sync::kSyncEventType, sync::encode_replay({std::move(*event)}, {id}));
}

// outcome established|interrupted|failed|canceled OBJECT LAST-EVENT|STATUS
void Script::outcome(Words words) {
  const auto kind = words.word();
  sync::Outcome outcome{.interrupted = kind == "interrupted"};
  if (kind == "failed") outcome.kind = sync::Outcome::Kind::failed;
  if (kind == "canceled") outcome.kind = sync::Outcome::Kind::canceled;
  outcome.object_sid = words.word();
  outcome.last_event_id = words.number(client_.service().last_event(outcome.object_sid));
  outcome.status = static_cast<int>(std::clamp<std::int64_t>(outcome.last_event_id, 0, 999));
  const auto id = client_.service().correlation(outcome.object_sid);
  client_.notify(sync::kSyncEventType, sync::encode_outcomes({outcome}, {id}));
}

// --- the world

// lost [busy | large]
void Script::lost(Words words) {
  const auto why = words.word();
  Error reason{.code = Errc::connection_lost, .message = "cut"};
  if (why == "large") reason.code = Errc::limit_exceeded;
  if (why == "busy") reason.code = Errc::too_many_requests;
  client_.lose(std::move(reason));
}

// net off|on
void Script::network(Words words) {
  client_.reachable = words.word() != "off";
  if (!client_.reachable) client_.lose({.code = Errc::connection_lost, .message = "the network is gone"});
}

void Script::tick(Words words) { client_.pass(milliseconds_of(words)); }
void Script::jump(Words words) { client_.jump(milliseconds_of(words)); }

// token unreachable | denied | TEXT
void Script::token(Words words) {
  const auto what = words.rest();
  Result<std::string> token = std::string(what);
  if (what == "unreachable") token = Error{.code = Errc::unreachable, .message = "no token"};
  if (what == "denied") token = Error{.code = Errc::denied, .message = "no token for you"};
  client_.tokens.push_back(std::move(token));
}

// uploaded failed | refused | SID
void Script::uploaded(Words words) {
  const auto what = words.word();
  Result<std::string> outcome = std::string(what);
  if (what == "failed") outcome = Error{.code = Errc::unreachable, .message = "cut"};
  if (what == "refused")
    outcome = Error{.code = Errc::limit_exceeded, .message = "too large", .http_status = 413};
  client_.uploads.push_back(std::move(outcome));
}

// disk full | works | waits | goes
void Script::disk(Words words) {
  const auto what = words.word();
  if (what == "full" || what == "works") client_.disk.works = what == "works";
  if (what == "waits" || what == "goes") client_.disk.waits = what == "waits";
  if (what != "goes") return;
  client_.let_disk_go();
  client_.act([](detail::Engine&) {});
}

// rows FIRST STEP [partial]
void Script::rows(Words words) {
  client_.disk.first = words.number(0, 0, kMaxIndex);
  client_.disk.step = words.number(1, 1, kMaxIndex);
  client_.disk.complete = words.word() != "partial";
}

}  // namespace parley::fuzz
