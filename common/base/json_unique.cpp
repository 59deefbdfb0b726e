#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/base/json.hpp"

namespace parley::json {
namespace {

// Objects and arrays that are open at the current point of the text.
struct Level {
  bool is_array;
  std::set<std::string> seen;  // member names of an object so far
  std::string current{};       // the member being read
};

class RepeatedMemberFinder final : public nlohmann::json_sax<Value> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  bool key(string_t& name) override {
    levels_.back().current = name;
    if (levels_.back().seen.insert(name).second) return true;
    repeated_ = path();
    return false;
  }

  const std::optional<std::string>& repeated() const { return repeated_; }

 private:
  bool open(bool is_array) {
    levels_.push_back({is_array, {}});
    return true;
  }
  bool close() {
    levels_.pop_back();
    return true;
  }
  std::string path() const {
    std::string text;
    for (const auto& level : levels_) {
      if (level.is_array) text += "[]";
      if (!level.is_array) text += (text.empty() ? "" : ".") + level.current;
    }
    return text;
  }

  std::vector<Level> levels_;
  std::optional<std::string> repeated_;
};

}  // namespace

std::optional<std::string> find_repeated_member(std::string_view text) {
  RepeatedMemberFinder finder;
  Value::sax_parse(text, &finder);
  return finder.repeated();
}

Result<Value> parse_unique_object(std::string_view text) {
  auto value = parse_object(text);
  // One colon, one member: the usual request needs no second look.
  const bool may_repeat = std::count(text.begin(), text.end(), ':') > 1;
  if (value && may_repeat && find_repeated_member(text))
    return Error{.code = Errc::protocol_error, .message = "JSON: a member is named twice"};
  return value;
}

}  // namespace parley::json
