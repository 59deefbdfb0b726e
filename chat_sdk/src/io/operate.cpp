#include <parley/client.hpp>
#include <parley/detail/operations.hpp>

#include "chat_sdk/src/io/client_runtime.hpp"
#include "chat_sdk/src/io/closed_client.hpp"

namespace parley::detail {

template <class T, class Owner>
void operate(const std::weak_ptr<ClientRuntime>& weak, Completion<T> done,
             std::function<void(Owner&, Done<T>)> operation) {
  const auto runtime = weak.lock();
  if (!runtime) return complete_as_closed<T>(std::move(done));
  runtime->operate(std::move(done), std::move(operation));
}

// One for each result of an operation; exported one by one, since some results are hidden classes.
#define PARLEY_RESULT(T, Owner)                                                                  \
  template PARLEY_API void operate<T, Owner>(const std::weak_ptr<ClientRuntime>&, Completion<T>, \
                                             std::function<void(Owner&, Done<T>)>)
PARLEY_RESULT(void, Operations);
PARLEY_RESULT(Channel, Operations);
PARLEY_RESULT(Member, Operations);
PARLEY_RESULT(std::vector<std::string>, Operations);
PARLEY_RESULT(void, LocalOperations);
PARLEY_RESULT(Message, LocalOperations);
PARLEY_RESULT(MessagePage, LocalOperations);
PARLEY_RESULT(Unread, LocalOperations);
PARLEY_RESULT(std::vector<OutgoingMessage>, LocalOperations);
#undef PARLEY_RESULT

template PARLEY_API Awaited<void> make_awaited<void>();
template PARLEY_API Awaited<Channel> make_awaited<Channel>();
template PARLEY_API Awaited<Member> make_awaited<Member>();
template PARLEY_API Awaited<Message> make_awaited<Message>();
template PARLEY_API Awaited<MessagePage> make_awaited<MessagePage>();
template PARLEY_API Awaited<Unread> make_awaited<Unread>();
template PARLEY_API Awaited<std::string> make_awaited<std::string>();
template PARLEY_API Awaited<std::uint64_t> make_awaited<std::uint64_t>();
template PARLEY_API Awaited<std::vector<std::string>> make_awaited<std::vector<std::string>>();
template PARLEY_API Awaited<std::vector<OutgoingMessage>> make_awaited<std::vector<OutgoingMessage>>();

}  // namespace parley::detail
