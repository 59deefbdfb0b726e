#include "tests/faults/chatter.hpp"

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <mutex>
#include <optional>
#include <parley/parley.hpp>

namespace parley::faults {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kPatience = seconds(40);

template <class T>
Result<T> get(std::future<Result<T>> future) {
  if (future.wait_for(kPatience) == std::future_status::ready) return future.get();
  return Error{.code = Errc::timed_out, .message = "the test lost patience"};
}

}  // namespace

struct Chatter::Parts {
  Parts(const std::string& url, const std::string& token, Duration message_life)
      : client(runtime, {.endpoint = Endpoint::service(url),
                         .tokens = fixed_token(token),
                         .retry = {.min = milliseconds(50), .max = milliseconds(500)},
                         .outbox = {.lifetime = message_life}}),
        events(client.on_event([this](const Event& event) {
          const auto* added = std::get_if<MessageAdded>(&event);
          if (!added) return;
          const std::lock_guard lock(mutex);
          received.push_back(added->message.text);
        })) {}

  std::mutex mutex;
  std::vector<std::string> received;
  std::optional<Channel> channel;
  Runtime runtime;
  Client client;
  Subscription events;
};

Chatter::Chatter(const std::string& url, const std::string& token, Duration message_life)
    : parts_(std::make_unique<Parts>(url, token, message_life)) {}

Chatter::~Chatter() = default;

Result<void> Chatter::connect() { return get(parts_->client.async_connect(use_future)); }

Result<void> Chatter::enter(const std::string& name) {
  auto channel = get(parts_->client.async_join_channel(name, use_future));
  if (!channel && channel.error().code == Errc::not_found)
    channel = get(parts_->client.async_create_group_channel(name, use_future));
  if (!channel) return channel.error();
  parts_->channel = *channel;
  return {};
}

std::future<Result<void>> Chatter::begin_send(const std::string& text) {
  auto outcome = std::make_shared<std::promise<Result<void>>>();
  auto future = outcome->get_future();
  NewMessage message(text);
  parts_->channel->async_send_message(std::move(message), [outcome](const Result<Message>& sent) {
    outcome->set_value(sent ? Result<void>() : Result<void>(sent.error()));
  });
  return future;
}

Result<void> Chatter::wait(std::future<Result<void>> outcome) { return get(std::move(outcome)); }

Result<std::vector<std::string>> Chatter::history() {
  std::vector<std::string> texts;
  std::optional<GetMessages> query = GetMessages{.page_size = 100};
  while (query) {
    const auto page = get(parts_->channel->async_get_messages(*query, use_future));
    if (!page) return page.error();
    for (auto message = page->messages.rbegin(); message != page->messages.rend(); ++message)
      texts.push_back(message->text);
    query = page->older;
  }
  std::reverse(texts.begin(), texts.end());
  return texts;
}

std::vector<std::string> Chatter::received() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->received;
}

}  // namespace parley::faults
