#include "demo_app/src/tour/person.hpp"

namespace parley::demo {

void expect(bool condition, const std::string& otherwise) {
  if (!condition) throw StepFailed(otherwise);
}

Person::Person(Runtime& runtime, std::string name, ClientOptions options)
    : name_(std::move(name)), client_(runtime, std::move(options)) {
  subscription_ = client_.on_event([this](const Event& event) { on_event(event); });
}

Person::~Person() { client_.async_close(boost::asio::use_future).wait(); }

void Person::on_event(const Event& event) {
  const std::lock_guard lock(mutex_);
  heard_.push_back(event);
  changed_.notify_all();
}

void Person::connect() {
  auto connected = client_.async_connect(boost::asio::use_future);
  if (connected.wait_for(kPatience) != std::future_status::ready)
    throw StepFailed(name_ + " did not connect");
  connected.get().value();
}

std::vector<std::string> texts_in(const std::vector<Event>& heard, const Channel& channel) {
  std::vector<std::string> texts;
  for (const auto& event : heard)
    if (const auto* added = std::get_if<MessageAdded>(&event); added && added->channel == channel)
      texts.push_back(added->message.text);
  return texts;
}

std::vector<std::string> Person::texts(const Channel& channel) {
  const std::lock_guard lock(mutex_);
  return texts_in(heard_, channel);
}

int Person::disconnects() {
  const std::lock_guard lock(mutex_);
  int count = 0;
  bool connected = false;
  for (const auto& event : heard_) {
    const auto* changed = std::get_if<ConnectionChanged>(&event);
    if (!changed) continue;
    const bool now = changed->status.state == ConnectionState::connected;
    count += connected && !now ? 1 : 0;
    connected = now;
  }
  return count;
}

}  // namespace parley::demo
