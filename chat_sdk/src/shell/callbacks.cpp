#include "chat_sdk/src/shell/callbacks.hpp"

namespace parley::detail {

Subscription Callbacks::attach(EventHandler handler) {
  const auto shared = std::make_shared<EventHandler>(std::move(handler));
  const std::lock_guard lock(mutex_);
  handlers_.emplace_back(shared);
  return Subscription(shared);
}

void Callbacks::deliver(Event event) {
  boost::asio::post(strand_, [self = shared_from_this(), event = std::move(event)] {
    std::vector<std::shared_ptr<EventHandler>> handlers;
    {
      const std::lock_guard lock(self->mutex_);
      if (self->closed_) return;
      std::erase_if(self->handlers_, [](const auto& handler) { return handler.expired(); });
      for (const auto& handler : self->handlers_)
        if (auto alive = handler.lock()) handlers.push_back(std::move(alive));
    }
    for (const auto& handler : handlers) (*handler)(event);
  });
}

void Callbacks::close() {
  std::map<std::uint64_t, std::function<void(Error)>> pending;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    pending.swap(operations_);
  }
  for (const auto& [id, fail] : pending)
    fail({.code = Errc::client_closed, .message = "the client is closed"});
}

void Callbacks::complete_untracked(Completion<void> handler) { post<void>(std::move(handler), {}); }

bool Callbacks::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace parley::detail
