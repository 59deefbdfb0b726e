#include <parley/channel.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include "chat_sdk/src/io/client_runtime.hpp"

namespace parley {
namespace {

// The client of this handle is gone, so there is no callback executor either: the handler's own is used, or
// the system's thread pool. Never inside the initiating call.
template <class T>
void complete_as_closed(Completion<T> done) {
  const auto executor = boost::asio::get_associated_executor(done, boost::asio::system_executor());
  boost::asio::post(boost::asio::system_executor(), [executor, done = std::move(done)]() mutable {
    boost::asio::dispatch(executor, [done = std::move(done)]() mutable {
      std::move(done)(Error{.code = Errc::client_closed, .message = "the client of this channel is closed"});
    });
  });
}

template <class T, class Act>
void operate(const std::weak_ptr<detail::ClientRuntime>& weak, Completion<T> done, Act act) {
  const auto runtime = weak.lock();
  if (!runtime) return complete_as_closed<T>(std::move(done));
  runtime->operate<T>(std::move(done),
                      [act = std::move(act)](detail::Engine& engine, detail::Done<T> finish) {
                        act(engine.operations(), std::move(finish));
                      });
}

}  // namespace

Channel::Channel() : slot_(std::make_shared<detail::ChannelSlot>()) {}

Channel::Channel(std::shared_ptr<detail::ChannelSlot> slot, std::weak_ptr<detail::ClientRuntime> runtime)
    : slot_(std::move(slot)), runtime_(std::move(runtime)) {}

std::shared_ptr<const ChannelState> Channel::state() const { return slot_->load(); }

void Channel::send_message(NewMessage message, Completion<Message> done) const {
  if (!message.files.empty()) {
    const auto runtime = runtime_.lock();
    if (!runtime) return complete_as_closed<Message>(std::move(done));
    return runtime->send_files(sid(), std::move(message), std::move(done));
  }
  operate<Message>(runtime_, std::move(done),
                   [sid = sid(), message = std::move(message)](auto& operations, auto finish) {
                     operations.send_message(sid, message, finish);
                   });
}

void Channel::get_messages(GetMessages query, Completion<MessagePage> done) const {
  operate<MessagePage>(runtime_, std::move(done), [sid = sid(), query](auto& operations, auto finish) {
    operations.get_messages(sid, query, finish);
  });
}

void Channel::media_url(std::string sid, Completion<std::string> done) const {
  const auto runtime = runtime_.lock();
  if (!runtime) return complete_as_closed<std::string>(std::move(done));
  runtime->media_url(std::move(sid), std::move(done));
}

void Channel::download(Download download, Completion<std::uint64_t> done) const {
  const auto runtime = runtime_.lock();
  if (!runtime) return complete_as_closed<std::uint64_t>(std::move(done));
  runtime->download(std::move(download), std::move(done));
}

void Channel::invite(std::string identity, Completion<Member> done) const {
  operate<Member>(runtime_, std::move(done),
                  [sid = sid(), identity = std::move(identity)](auto& operations, auto finish) {
                    operations.invite(sid, identity, finish);
                  });
}

void Channel::set_read(std::int64_t index, Completion<Unread> done) const {
  operate<Unread>(runtime_, std::move(done), [sid = sid(), index](auto& operations, auto finish) {
    operations.set_read(sid, index, finish);
  });
}

void Channel::set_all_read(Completion<Unread> done) const {
  operate<Unread>(runtime_, std::move(done), [slot = slot_](auto& operations, auto finish) {
    const auto state = slot->load();
    if (!state->last_message_index) return finish(state->unread);
    operations.set_read(state->sid, *state->last_message_index, finish);
  });
}

void Channel::leave(Completion<void> done) const {
  operate<void>(runtime_, std::move(done),
                [sid = sid()](auto& operations, auto finish) { operations.leave(sid, finish); });
}

void Channel::remove_member(std::string identity, Completion<void> done) const {
  operate<void>(runtime_, std::move(done),
                [sid = sid(), identity = std::move(identity)](auto& operations, auto finish) {
                  operations.remove_member(sid, identity, finish);
                });
}

void Channel::destroy(Completion<void> done) const {
  operate<void>(runtime_, std::move(done),
                [sid = sid()](auto& operations, auto finish) { operations.destroy(sid, finish); });
}

}  // namespace parley
