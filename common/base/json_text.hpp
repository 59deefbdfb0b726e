#pragma once
#include <string>
#include <string_view>
#include <vector>

/// The parts of a JSON text as they are written: for what is passed on unchanged, and where the order of
/// members counts. The text must be one that json::parse() has taken; the views point into it.
namespace parley::json {

struct TextMember {
  std::string name;
  std::string_view value;
};

/// The members of an object in their order; nothing of any other value.
std::vector<TextMember> members_in(std::string_view object);
/// The elements of an array; nothing of any other value.
std::vector<std::string_view> elements_in(std::string_view array);
/// The value of the object's last member of that name, which is the one that counts; "" if there is none.
std::string_view member_in(std::string_view object, std::string_view name);

}  // namespace parley::json
