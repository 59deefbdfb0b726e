#include <parley/client.hpp>
#include <parley/detail/operations.hpp>

#include "chat_sdk/src/io/client_runtime.hpp"
#include "chat_sdk/src/io/closed_client.hpp"

namespace parley::detail {

template <class T>
void operate(const std::weak_ptr<ClientRuntime>& weak, Completion<T> done,
             std::function<void(Operations&, Done<T>)> operation) {
  const auto runtime = weak.lock();
  if (!runtime) return complete_as_closed<T>(std::move(done));
  runtime->operate<T>(std::move(done), std::move(operation));
}

// One for each result of an operation; exported one by one, since some results are hidden classes.
#define PARLEY_RESULT(T)                                                                  \
  template PARLEY_API void operate<T>(const std::weak_ptr<ClientRuntime>&, Completion<T>, \
                                      std::function<void(Operations&, Done<T>)>)
PARLEY_RESULT(void);
PARLEY_RESULT(Channel);
PARLEY_RESULT(Member);
PARLEY_RESULT(MessagePage);
PARLEY_RESULT(Unread);
PARLEY_RESULT(std::vector<std::string>);
#undef PARLEY_RESULT

}  // namespace parley::detail
