#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>

namespace parley::http {

/// What a part's header says of it.
struct Part {
  std::string name{};
  std::optional<std::string> filename{};  ///< as sent: neither cleaned nor limited
  std::string content_type{};             ///< "": not said
};

/// Told what is in a form while it arrives. An error ends the reading.
class PartHandler {
 public:
  virtual ~PartHandler() = default;
  virtual Result<void> on_part(const Part& part) = 0;
  virtual Result<void> on_data(std::string_view bytes) = 0;  ///< of the last part told; never empty
};

/// Reads multipart/form-data (RFC 7578, 2046) in pieces of any size, and keeps little more than a part's
/// header of it. All failures are Errc::invalid_argument with http_status 400, or what the handler gave back.
/// After a failure it must not be fed again. One thread at a time.
class MultipartReader {
 public:
  /// The boundary that a Content-Type names. Errc::invalid_argument if it is not multipart/form-data with a
  /// boundary of 1 to 70 printable characters.
  static Result<std::string> boundary_of(std::string_view content_type);

  explicit MultipartReader(std::string_view boundary);

  Result<void> feed(std::string_view bytes, PartHandler& handler);
  /// The closing boundary was read.
  bool complete() const { return state_ == State::epilogue; }

 private:
  enum class State { preamble, delimiter, header, data, epilogue };
  enum class Step { again, wait };

  Result<Step> step(PartHandler& handler);
  Result<Step> skip_preamble();
  Result<Step> read_delimiter();
  Result<Step> read_header(PartHandler& handler);
  Result<Step> read_data(PartHandler& handler);
  Result<Step> skip_epilogue();
  Result<void> count_other(std::size_t bytes);
  std::string_view rest() const { return std::string_view(buffer_).substr(position_); }

  std::string delimiter_;  ///< CR LF "--" boundary
  State state_ = State::preamble;
  std::string buffer_ = "\r\n";  ///< so that a boundary at the very beginning is like all others
  std::size_t position_ = 0;     ///< what of the buffer was read
  std::size_t parts_ = 0;
  std::size_t other_ = 0;  ///< bytes that were no part's
};

}  // namespace parley::http
