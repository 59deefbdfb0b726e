#pragma once
#include "tests/unit/chat_sdk/model/process_fixture.hpp"

namespace parley::detail {

inline constexpr const char* kPost = "POST /Conversations/CH1/Messages";

/// An outbox over a real cache file; write() does what the cache wants of the disk.
class DurableOutboxTest : public ProcessFixture {
 protected:
  using ProcessFixture::ProcessFixture;

  void ready() {
    outbox().on_ready();
    write();
  }
  std::string submit(NewMessage message) {
    const std::size_t index = outcomes.size();
    outcomes.emplace_back();
    return outbox().submit("CH1", std::move(message), [this, index](Result<Message> outcome) {
      EXPECT_FALSE(outcomes[index]) << "completed twice";
      outcomes[index] = std::move(outcome);
    });
  }
  std::string submit_saved(NewMessage message) {
    auto id = submit(std::move(message));
    write();
    return id;
  }
  void stored(int index) {
    const auto number = std::to_string(index);
    rest().answer(kPost, R"({"sid":"IM)" + number + R"(","index":)" + number + R"(,"body":"text"})");
    write();
  }
  void fail(Errc code, int status = 0) {
    rest().fail(kPost, {.code = code, .message = "no", .http_status = status});
    write();
  }
  std::vector<std::string> on_disk() const {
    std::vector<std::string> texts;
    for (const auto& message : disk->contents().value().outgoing) texts.push_back(message.message->text);
    return texts;
  }
  std::size_t told() const { return heard<MessagePending>() + heard<MessageFailed>(); }
  std::vector<OutgoingState> states() const {
    std::vector<OutgoingState> all;
    for (const auto& message : process->model.outbox.outgoing("CH1")) all.push_back(message.state);
    return all;
  }
  Errc code(std::size_t index) const { return outcomes.at(index).value().error().code; }
  Outbox& outbox() { return process->model.outbox; }
  using States = std::vector<OutgoingState>;
  using Texts = std::vector<std::string>;

  std::vector<std::optional<Result<Message>>> outcomes;
};

}  // namespace parley::detail
