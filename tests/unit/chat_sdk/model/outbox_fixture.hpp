#pragma once
#include "chat_sdk/src/model/outbox.hpp"
#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {

inline constexpr const char* kPost = "POST /Conversations/CH1/Messages";

inline Error error(Errc code, int status = 0) {
  return {.code = code, .message = "no", .http_status = status};
}

/// An outbox that may send at once, unless the test says otherwise.
class OutboxTest : public ModelFixture {
 protected:
  explicit OutboxTest(OutboxSettings chosen = {}) : settings(std::move(chosen)) { outbox.on_ready(); }

  std::string submit(NewMessage message, const std::string& channel = "CH1") {
    const std::size_t index = outcomes.size();
    outcomes.emplace_back();
    return outbox.submit(channel, std::move(message), [this, index](Result<Message> outcome) {
      EXPECT_FALSE(outcomes[index]) << "completed twice";
      outcomes[index] = std::move(outcome);
    });
  }
  void stored(int index, const std::string& text) {
    rest.answer(kPost, R"({"sid":"IM)" + std::to_string(index) + R"(","index":)" + std::to_string(index) +
                           R"(,"body":")" + text + R"("})");
  }
  Done<void> kept() {
    return [this](Result<void> outcome) { finished.push_back(std::move(outcome)); };
  }
  Errc code(std::size_t index) const { return outcomes.at(index).value().error().code; }
  std::vector<OutgoingState> states() const {
    std::vector<OutgoingState> all;
    for (const auto& message : outbox.outgoing("CH1")) all.push_back(message.state);
    return all;
  }
  using States = std::vector<OutgoingState>;

  OutboxSettings settings;
  History& history = model.history;
  Outbox outbox{{context, timers, rest, urls, subscriber},
                settings,
                model.cache,
                history,
                registry,
                [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); }};
  std::vector<std::optional<Result<Message>>> outcomes;
  std::vector<Result<void>> finished;
};

}  // namespace parley::detail
