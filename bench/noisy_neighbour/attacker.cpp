#include "bench/noisy_neighbour/attacker.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t kInFlight = 64;
constexpr std::size_t kUnsentBytes = 1024 * 1024;
constexpr double kPauseSeconds = 0.05;

}  // namespace

class Attacker::Connection final : public TwilsockWire {
 public:
  using TwilsockWire::TwilsockWire;
  bool is_gone() const { return gone_; }
  std::size_t unsent() { return out().size(); }

 private:
  void on_ended() override { gone_ = true; }
  void on_refused(std::string_view) override { gone_ = true; }

  bool gone_ = false;
};

Attacker::Attacker(Loop& loop, std::uint16_t port, std::string identity)
    : loop_(loop), port_(port), identity_(std::move(identity)) {}

Attacker::~Attacker() = default;

bool Attacker::may_ask() {
  if (now_s() < paused_until_) return false;
  if (!connection_ || connection_->is_gone()) {
    connection_.reset();
    connection_ = std::make_unique<Connection>(loop_, port_, token_for(identity_));
    paused_until_ = now_s() + kPauseSeconds;
    return false;
  }
  return connection_->ready() && connection_->waiting() < kInFlight && connection_->unsent() < kUnsentBytes;
}

void Attacker::ask(std::string_view method, const std::string& path, const std::string& body) {
  connection_->request(method, path, body, [this](const TwilsockWire::Answer& answer) {
    if (answer.status == 429) paused_until_ = now_s() + kPauseSeconds;
  });
}

void Attacker::send_packet(std::string_view header) { connection_->send_packet(header); }

std::string Attacker::ask_and_wait(std::string_view method, const std::string& path, const std::string& body) {
  loop_.run_until([this] { return may_ask(); }, "a chance to ask");
  std::string got;
  bool done = false;
  connection_->request(method, path, body, [&](const TwilsockWire::Answer& answer) {
    if (answer.status / 100 == 2) got = answer.body;
    if (answer.status == 429) paused_until_ = now_s() + kPauseSeconds;
    done = true;
  });
  loop_.run_until([&] { return done || connection_->is_gone(); }, path.c_str());
  return got;
}

std::string Attacker::make_conversation() {
  std::string created;
  while (created.empty()) created = ask_and_wait("POST", service_path() + "/Conversations", "{}");
  const auto sid = member(created, "sid");
  const auto participants = service_path() + "/Conversations/" + sid + "/Participants";
  while (ask_and_wait("POST", participants, R"({"identity":")" + identity_ + R"("})").empty()) {
  }
  return sid;
}

}  // namespace parley::bench
