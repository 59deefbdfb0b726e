#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/json.hpp"

namespace parley::json {

/// The members of a JSON object, appended to a text one after the other. For what is written so often that a
/// tree of values for each is too dear. The object ends with the writer.
///
/// Lifetime: shorter than `out`; a nested object's writer ends first.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void text(std::string_view name, std::string_view value) { append_quoted(member(name), value); }
  void text_or_null(std::string_view name, const std::optional<std::string>& value) {
    if (value)
      text(name, *value);
    else
      null(name);
  }
  void number(std::string_view name, std::int64_t value) { member(name) += std::to_string(value); }
  void null(std::string_view name) { member(name) += "null"; }
  /// Begins a member whose value the caller appends to what is returned, as JSON.
  std::string& member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_quoted(out_, name);
    return out_ += ':';
  }

 private:
  std::string& out_;
};

/// `append` writes one element to the text it gets.
template <class Elements, class Append>
void append_array(std::string& out, const Elements& elements, Append append) {
  out += '[';
  for (const auto& element : elements) {
    if (out.back() != '[') out += ',';
    append(out, element);
  }
  out += ']';
}

}  // namespace parley::json
