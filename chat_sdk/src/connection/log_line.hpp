#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <parley/error.hpp>
#include <parley/seams.hpp>

namespace parley::detail {

/// One line of the client's log as it is made: `event=NAME key=value ...`, see LogHook. Keys and the name of
/// the event are ours; values are quoted where they need it. What looks like the query of a URL is cut out.
class LogLine {
 public:
  explicit LogLine(std::string_view event);

  LogLine& add(std::string_view key, std::string_view value);
  LogLine& add(std::string_view key, std::uint64_t value);
  /// In milliseconds.
  LogLine& add(std::string_view key, Duration value);
  /// Its code and numbers.
  LogLine& add_code(const Error& error);
  /// These and what we say of it; nothing of what the other side said, or a function of the user's threw.
  LogLine& add(const Error& error);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace parley::detail
