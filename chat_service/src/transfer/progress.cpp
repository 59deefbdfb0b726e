#include "chat_service/src/transfer/progress.hpp"

namespace parley::chat_service {

Result<void> report(const OnProgress& on_progress, const Progress& progress) {
  if (!on_progress || on_progress(progress)) return {};
  return Error{.code = Errc::cancelled, .message = "it was interrupted"};
}

}  // namespace parley::chat_service
