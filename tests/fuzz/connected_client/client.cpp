#include "tests/fuzz/connected_client/client.hpp"

#include <algorithm>
#include <utility>

#include "common/base/json.hpp"
#include "common/protocol/token/access_token.hpp"
#include "common/protocol/twilsock/packet.hpp"
#include "tests/fuzz/connected_client/words.hpp"

namespace parley::fuzz {
namespace {

constexpr std::size_t kMaxWork = 50'000;  // without time passing: more is a storm, or a circle
constexpr int kMaxFlight = 128;           // requests that are sent at once
constexpr std::size_t kMaxAsked = 1000;   // the service forgets the oldest
constexpr std::size_t kMaxStops = 3000;   // of one input; what is more passes at once
constexpr int kMaxStandstill = 100;       // calls of a client that wants to be called at once
constexpr Duration kPingEvery = std::chrono::seconds(20);

std::string mint(WallTime now) {
  token::TokenSpec spec;
  spec.identity = "alice";
  spec.ttl = std::chrono::hours(1);
  spec.grants = {token::ChatGrant{.service_sid = "IS00000000000000000000000000000003"}};
  const token::ApiKey key{"AC00000000000000000000000000000001", "SK00000000000000000000000000000002",
                          "a secret of nobody"};
  return token::mint(key, spec, now).value();
}

const std::string& first_token(WallTime now) {
  static const std::string token = mint(now);
  return token;
}

std::string packet(std::string_view id, std::string_view members, std::string_view payload) {
  return twilsock::join_frame(R"({"id":)" + json::quote(id) + R"(,"payload_size":)" +
                                  std::to_string(payload.size()) + "," + std::string(members) + "}",
                              payload, /*trailer=*/true);
}

std::string status_member(std::string_view name, int code, int error_code = 0) {
  return json::quote(name) + R"(:{"code":)" + std::to_string(code) + R"(,"status":"","errorCode":)" +
         std::to_string(error_code) + "}";
}

}  // namespace

Client::Client(detail::ModelSettings settings, Disk with_disk) : disk(std::move(with_disk)) {
  engine_ = std::make_unique<detail::Engine>(
      detail::ConnectionSettings{}, std::move(settings), random_,
      [this](const Event& event) { on_event(event); },
      [](std::shared_ptr<detail::ChannelSlot> slot) { return Channel(std::move(slot), {}); });
  act([](detail::Engine&) {});
}

void Client::on_event(const Event& event) { checker_.on_event(event, engine_->channels()); }

void Client::act(const std::function<void(detail::Engine&)>& what) {
  input(what);
  settle();
}

void Client::input(const std::function<void(detail::Engine&)>& what) {
  engine_->set_time(now_, wall_);
  what(*engine_);
}

// --- what the client wants

bool Client::drain() {
  bool any = false;
  const auto take = [&](auto& part) {
    while (const auto action = part.next()) {
      require(++work_ < kMaxWork);
      any = true;
      on_action(*action);
    }
  };
  take(engine_->cache());
  take(engine_->connection());
  take(engine_->outbox());
  return any;
}

// What the world does about it happens behind the call of the engine that asked for it.
void Client::settle() {
  while (true) {
    while (drain()) {
    }
    if (!due_.empty()) {
      const auto what = std::move(due_.front());
      due_.pop_front();
      what();
    } else if (serving && !asked_.empty()) {
      answer_first();
    } else {
      return;
    }
  }
}

void Client::on_action(const detail::ConnectionAction& action) {
  if (std::holds_alternative<twilsock::Open>(action)) {
    leave_stream();
    do_later([this, epoch = epoch_] {
      if (epoch != epoch_) return;
      stream_ = reachable;
      heard_at_ = now_;
      input([this](detail::Engine& engine) {
        reachable ? engine.connection().on_open()
                  : engine.connection().on_closed({.code = Errc::unreachable, .message = "no way"});
      });
    });
  } else if (const auto* bytes = std::get_if<twilsock::SendBytes>(&action)) {
    if (stream_) on_packet(bytes->bytes);
  } else if (std::holds_alternative<twilsock::DropStream>(action)) {
    leave_stream();
  } else if (std::holds_alternative<twilsock::SendPing>(action)) {
    do_later([this, epoch = epoch_] {
      if (epoch == epoch_ && stream_ && serving)
        input([](detail::Engine& engine) { engine.connection().on_input(); });
    });
  } else if (const auto* fetch = std::get_if<detail::FetchToken>(&action)) {
    do_later([this, id = fetch->fetch_id] {
      Result<std::string> token = stops_ == 0 ? first_token(wall_) : mint(wall_);
      if (!tokens.empty()) {
        token = std::move(tokens.front());
        tokens.pop_front();
      }
      input([&](detail::Engine& engine) { engine.connection().on_token(id, token); });
    });
  }
}

void Client::on_action(const detail::CacheAction& action) {
  std::function<void(detail::Engine&)> answer;
  const auto trouble = [this]() -> Result<void> {
    if (disk.works) return {};
    return Error{.code = Errc::storage_error, .message = "no disk"};
  };
  if (std::holds_alternative<detail::OpenCache>(action)) {
    answer = [this, trouble](detail::Engine& engine) {
      const auto works = trouble();
      engine.cache().on_opened(works ? Result<detail::CacheContents>(std::move(disk.contents))
                                     : works.error());
    };
  } else if (const auto* wanted = std::get_if<detail::ReadCache>(&action)) {
    answer = [this, trouble, wanted = *wanted](detail::Engine& engine) {
      const auto works = trouble();
      engine.cache().on_read(wanted.read,
                             works ? Result<detail::CachedMessages>(rows(wanted.query)) : works.error());
    };
  } else {
    answer = [trouble](detail::Engine& engine) { engine.cache().on_written(trouble()); };
  }
  on_disk_.emplace_back([this, answer = std::move(answer)] { input(answer); });
  if (!disk.waits) do_later([this] { let_disk_go(); });
}

// In the order in which it was asked.
void Client::let_disk_go() {
  for (auto& answer : std::exchange(on_disk_, {})) do_later(std::move(answer));
}

void Client::on_action(const detail::OutboxAction& action) {
  const auto* upload = std::get_if<detail::UploadFile>(&action);
  if (!upload) return;
  do_later([this, id = upload->local_id, number = upload->upload] {
    Result<std::string> outcome = std::string("ME1");
    if (!uploads.empty()) {
      outcome = std::move(uploads.front());
      uploads.pop_front();
    }
    input([&](detail::Engine& engine) { engine.outbox().on_uploaded(id, number, outcome); });
  });
}

detail::CachedMessages Client::rows(const detail::HistoryQuery& query) const {
  detail::CachedMessages found{.complete = disk.complete};
  const std::int64_t step = std::max<std::int64_t>(disk.step, 1);
  const auto [low, high] = query.within;
  std::int64_t index = std::max(low, disk.first);
  index += (step - (index - disk.first) % step) % step;
  if (query.newest_first && index <= high) {
    const std::int64_t fitting = (high - index) / step;
    index += std::max<std::int64_t>(fitting + 1 - static_cast<std::int64_t>(query.limit), 0) * step;
  }
  for (; index <= high && found.messages.size() < query.limit; index += step) {
    found.messages.emplace_back();
    found.messages.back().index = index;
    found.messages.back().text = "kept";
  }
  found.more = query.newest_first ? !found.messages.empty() && found.messages.front().index - step >= low
                                  : index <= high;
  return found;
}

// --- the network and the service

void Client::leave_stream() {
  ++epoch_;
  stream_ = false;
  asked_.clear();
}

void Client::on_packet(std::string_view bytes) {
  auto said = twilsock::decode(bytes);
  require(said.has_value());
  Asked asked{said->id, now_};
  if (std::holds_alternative<twilsock::Init>(said->body) ||
      std::holds_alternative<twilsock::Update>(said->body)) {
    asked.is_login = true;
  } else if (auto* message = std::get_if<twilsock::Message>(&said->body)) {
    asked.request = std::move(message->request);
    asked.request.body = std::move(said->payload);
    service_.on_asked(asked.request);
  } else {
    return;
  }
  asked_.push_back(std::move(asked));
  const auto in_flight =
      std::count_if(asked_.begin(), asked_.end(), [&](const Asked& one) { return one.at == now_; });
  require(in_flight < kMaxFlight);
  if (asked_.size() > kMaxAsked) asked_.pop_front();
}

// Copied to its exact size, so that a read beyond its end is seen.
void Client::deliver(std::string_view bytes) {
  if (!stream_) return;
  heard_at_ = now_;
  const std::vector<char> message(bytes.begin(), bytes.end());
  input([&](detail::Engine& engine) {
    engine.connection().on_message(std::string_view(message.data(), message.size()));
  });
}

void Client::receive(std::string_view bytes) {
  deliver(bytes);
  settle();
}

void Client::notify(std::string_view type, std::string_view payload) {
  deliver_note(type, payload);
  settle();
}

void Client::deliver_note(std::string_view type, std::string_view payload) {
  const std::string id = "NO" + std::to_string(++last_packet_);
  deliver(packet(id,
                 R"("method":"notification","notification_ctx_id":"","payload_type":"application/json",)"
                 R"("message_type":)" +
                     json::quote(type),
                 payload));
}

void Client::lose(Error reason) {
  if (!stream_) return;
  leave_stream();
  act([&](detail::Engine& engine) { engine.connection().on_closed(std::move(reason)); });
}

void Client::serve(std::size_t most) {
  for (; most > 0 && !asked_.empty(); --most) {
    answer_first();
    settle();
  }
}

void Client::answer_first() {
  const Asked& first = asked_.front();
  if (first.is_login) return answer_first(200, "");
  const auto given = std::find_if(overrides_.begin(), overrides_.end(), [&](const Override& one) {
    return first.request.path.find(one.part) != std::string::npos;
  });
  Service::Answer answer;
  if (given == overrides_.end()) {
    answer = service_.answer(first.request);
  } else {
    answer = std::move(given->answer);
    overrides_.erase(given);
  }
  answer_first(answer.status, answer.body);
  for (auto& note : service_.take_notes())
    do_later([this, epoch = epoch_, note = std::move(note)] {
      if (epoch == epoch_) deliver_note(note.type, note.payload);
    });
}

void Client::reply(int status, std::string_view body) {
  if (!asked_.empty()) answer_first(status, body);
  settle();
}

void Client::answer_first(int status, std::string_view body) {
  const Asked asked = std::move(asked_.front());
  asked_.pop_front();
  std::string members = R"("method":"reply","payload_type":"application/json",)";
  if (asked.is_login) {
    members += status_member("status", status) +
               R"(,"continuation_token":"c","continuation_token_status":{"reissued":false},)"
               R"("capabilities":["client_update"],"init_registrations":[])";
  } else {
    members += status_member("status", 200) + "," + status_member("http_status", status) +
               R"(,"http_headers":{"twilio-request-id":"RQ1")";
    for (const auto& [name, value] : std::exchange(headers_, {}))
      members += "," + json::quote(name) + ":" + json::quote(value);
    members += "}";
  }
  deliver(packet(asked.packet_id, members, body));
}

void Client::refuse(int status, int error_code) {
  if (asked_.empty()) return;
  const Asked asked = std::move(asked_.front());
  asked_.pop_front();
  receive(packet(asked.packet_id, R"("method":"reply",)" + status_member("status", status, error_code), ""));
}

void Client::pick(std::size_t number) {
  if (number >= asked_.size()) return;
  const auto at = asked_.begin() + static_cast<std::ptrdiff_t>(number);
  std::rotate(asked_.begin(), at, at + 1);
}

void Client::override_answer(std::string part, Service::Answer answer) {
  overrides_.push_back({std::move(part), std::move(answer)});
}

void Client::add_header(std::string name, std::string value) {
  headers_.emplace_back(std::move(name), std::move(value));
}

// --- time

void Client::step(Duration time) {
  if (time <= Duration::zero()) return;
  now_ += time;
  wall_ += std::chrono::duration_cast<WallTime::duration>(time);
  work_ = 0;
}

void Client::jump(Duration time) {
  ++stops_;
  step(time);
  act([](detail::Engine& engine) { engine.connection().on_time(); });
}

void Client::pass(Duration time) {
  const TimePoint until = now_ + time;
  for (int standing = 0; now_ < until && stops_ < kMaxStops; ++stops_) {
    TimePoint next = until;
    if (const auto deadline = engine_->connection().next_deadline()) next = std::min(next, *deadline);
    if (stream_ && serving) next = std::min(next, heard_at_ + kPingEvery);
    standing = next <= now_ ? standing + 1 : 0;
    require(standing < kMaxStandstill);
    step(next - now_);
    if (stream_ && serving && now_ - heard_at_ >= kPingEvery)
      receive(packet("PI" + std::to_string(++last_packet_), R"("method":"ping")", ""));
    act([](detail::Engine& engine) { engine.connection().on_time(); });
  }
  if (now_ < until) jump(until - now_);
}

// --- the end

// Whatever is under way ends with it, and nothing is told afterwards.
void Client::close() {
  for (const auto& channel : *engine_->channels().load()) {
    Checker::check(*channel.state());
    require(channel.state()->joined);
  }
  act([](detail::Engine& engine) { engine.connection().close(); });
  require(started_ == completed_);
  checker_.on_closed();
  closed_ = true;
}

void Client::finish() {
  serving = false;
  if (!closed_) close();
  let_disk_go();
  settle();
  act([](detail::Engine& engine) { engine.connection().on_open(); });
  act([](detail::Engine& engine) {
    engine.connection().on_message(twilsock::join_frame(R"({"id":"TM","method":"ping"})", "", true));
  });
  act([](detail::Engine& engine) {
    engine.connection().on_closed({.code = Errc::connection_lost, .message = "late"});
  });
  jump(std::chrono::hours(24));
  require(!engine_->connection().next_deadline());
  act([this](detail::Engine& engine) { engine.connection().connect(tracked<void>()); });
  require(started_ == completed_);
}

}  // namespace parley::fuzz
