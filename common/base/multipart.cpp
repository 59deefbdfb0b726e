#include "common/base/multipart.hpp"

#include <algorithm>
#include <utility>

#include "common/base/encoding.hpp"
#include "common/base/header_value.hpp"
#include "common/base/http.hpp"
#include "common/base/limits.hpp"
#include "common/base/trim.hpp"

namespace parley::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBlankLine = "\r\n\r\n";

Error bad_form(const std::string& message) {
  return {.code = Errc::invalid_argument, .message = "form: " + message, .http_status = 400};
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void replace_all(std::string& text, std::string_view what, char with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    text.replace(at, what.size(), 1, with);
}

/// `UTF-8''a%20b.png`, which some libraries send in spite of RFC 7578.
std::optional<std::string> decode_extended(std::string_view text) {
  const auto first = text.find('\'');
  if (first == std::string_view::npos || to_lower(text.substr(0, first)) != "utf-8") return std::nullopt;
  const auto second = text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto decoded = percent_decode(text.substr(second + 1));
  if (!decoded) return std::nullopt;
  return std::move(*decoded);
}

std::optional<std::string> filename_of(const HeaderValue& disposition) {
  if (const auto extended = find_param(disposition.params, "filename*"))
    if (auto decoded = decode_extended(*extended)) return decoded;
  const auto plain = find_param(disposition.params, "filename");
  if (!plain) return std::nullopt;
  std::string name(*plain);
  replace_all(name, "%22", '"');  // so browsers write what would end the value
  replace_all(name, "%0D", '\r');
  replace_all(name, "%0A", '\n');
  return name;
}

Result<void> read_field(std::string_view line, Part& part) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return bad_form("expected a header field with a colon");
  const auto name = trim_blanks(line.substr(0, colon));
  const auto value = trim_blanks(line.substr(colon + 1));
  if (equal_ignoring_case(name, "content-type")) part.content_type = value;
  if (!equal_ignoring_case(name, "content-disposition")) return {};
  const auto disposition = parse_header_value(value);
  if (!disposition) return bad_form("Content-Disposition: " + disposition.error().message);
  if (disposition->value != "form-data") return bad_form("Content-Disposition: expected form-data");
  part.name = find_param(disposition->params, "name").value_or("");
  part.filename = filename_of(*disposition);
  return {};
}

Result<Part> parse_header(std::string_view text) {
  Part part;
  while (!text.empty()) {
    const auto end = std::min(text.find(kLineEnd), text.size());
    if (auto read = read_field(text.substr(0, end), part); !read) return read.error();
    text.remove_prefix(std::min(end + kLineEnd.size(), text.size()));
  }
  return part;
}

}  // namespace

Result<std::string> MultipartReader::boundary_of(std::string_view content_type) {
  auto parsed = parse_header_value(content_type);
  if (!parsed || parsed->value != "multipart/form-data") return bad_form("expected multipart/form-data");
  const std::string boundary(find_param(parsed->params, "boundary").value_or(""));
  if (boundary.empty() || boundary.size() > limits::kMultipartBoundaryBytes || !is_printable(boundary))
    return bad_form("boundary: expected 1 to 70 printable characters");
  return boundary;
}

MultipartReader::MultipartReader(std::string_view boundary)
    : delimiter_(std::string(kLineEnd) + "--" + std::string(boundary)) {}

Result<void> MultipartReader::feed(std::string_view bytes, PartHandler& handler) {
  buffer_ += bytes;
  for (;;) {
    const auto done = step(handler);
    if (!done) return done.error();
    if (*done == Step::wait) break;
  }
  buffer_.erase(0, std::exchange(position_, 0));
  return {};
}

Result<MultipartReader::Step> MultipartReader::step(PartHandler& handler) {
  switch (state_) {
    case State::preamble:
      return skip_preamble();
    case State::delimiter:
      return read_delimiter();
    case State::header:
      return read_header(handler);
    case State::data:
      return read_data(handler);
    case State::epilogue:
      break;
  }
  return skip_epilogue();
}

Result<void> MultipartReader::count_other(std::size_t bytes) {
  other_ += bytes;
  if (other_ > limits::kMultipartOtherBytes) return bad_form("too much in it that is no file");
  return {};
}

Result<MultipartReader::Step> MultipartReader::skip_preamble() {
  const auto found = rest().find(delimiter_);
  const bool here = found != std::string_view::npos;
  const std::size_t skipped = here ? found : rest().size() - std::min(rest().size(), delimiter_.size() - 1);
  if (auto counted = count_other(skipped); !counted) return counted.error();
  position_ += here ? skipped + delimiter_.size() : skipped;
  if (here) state_ = State::delimiter;
  return here ? Step::again : Step::wait;
}

// Behind a boundary: "--" ends the form; blanks and a line's end begin a part.
Result<MultipartReader::Step> MultipartReader::read_delimiter() {
  if (rest().size() < 2) return Step::wait;
  if (rest().starts_with("--")) {
    position_ += 2;
    state_ = State::epilogue;
    return Step::again;
  }
  const auto end = std::min(rest().find_first_not_of(" \t"), rest().size());
  if (end > limits::kMultipartPaddingBytes) return bad_form("expected a line's end behind a boundary");
  if (rest().size() < end + kLineEnd.size()) return Step::wait;
  if (!rest().substr(end).starts_with(kLineEnd)) return bad_form("expected a line's end behind a boundary");
  if (++parts_ > limits::kMultipartParts) return bad_form("expected fewer parts");
  position_ += end;  // the line's end stays: a header without fields is then a blank line, too
  state_ = State::header;
  return Step::again;
}

Result<MultipartReader::Step> MultipartReader::read_header(PartHandler& handler) {
  const auto end = rest().find(kBlankLine);
  if (std::min(end, rest().size()) > limits::kMultipartHeaderBytes)
    return bad_form("a part's header is too long");
  if (end == std::string_view::npos) return Step::wait;
  if (auto counted = count_other(end); !counted) return counted.error();
  const auto start = std::min(end, kLineEnd.size());
  auto part = parse_header(rest().substr(start, end - start));
  if (!part) return part.error();
  if (auto taken = handler.on_part(*part); !taken) return taken.error();
  position_ += end + kBlankLine.size();
  state_ = State::data;
  return Step::again;
}

// What may be the beginning of a boundary waits for more.
Result<MultipartReader::Step> MultipartReader::read_data(PartHandler& handler) {
  const auto found = rest().find(delimiter_);
  const bool here = found != std::string_view::npos;
  const std::size_t kept = std::min(rest().size(), delimiter_.size() - 1);
  const auto data = rest().substr(0, here ? found : rest().size() - kept);
  position_ += data.size() + (here ? delimiter_.size() : 0);
  if (here) state_ = State::delimiter;
  if (!data.empty())
    if (auto taken = handler.on_data(data); !taken) return taken.error();
  return here ? Step::again : Step::wait;
}

Result<MultipartReader::Step> MultipartReader::skip_epilogue() {
  if (auto counted = count_other(rest().size()); !counted) return counted.error();
  position_ = buffer_.size();
  return Step::wait;
}

}  // namespace parley::http
