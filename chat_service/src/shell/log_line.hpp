#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

namespace parley::chat_service {

/// One line of the log: a flat JSON object that begins with time, level and event. Never put in: tokens,
/// secrets, message bodies, identities, queries of URLs.
class LogLine {
 public:
  LogLine(std::string_view level, std::string_view event, WallTime time);

  /// Left out if empty.
  LogLine& put(std::string_view name, std::string_view value);
  LogLine& put(std::string_view name, std::uint64_t value);
  /// The whole line without a line end. Call once.
  std::string take() { return std::move(text_.append("}")); }

 private:
  std::string text_;
};

}  // namespace parley::chat_service
