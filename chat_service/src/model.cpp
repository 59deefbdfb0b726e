#include "chat_service/src/model.hpp"

#include "common/base/iso8601.hpp"

namespace parley::chat_service {

Millis to_millis(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string to_iso(Millis time) { return format_iso8601(WallTime(std::chrono::milliseconds(time))); }

}  // namespace parley::chat_service
