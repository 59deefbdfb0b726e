#include "tests/layers/layers.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include "tests/layers/table.hpp"

namespace parley::layers {
namespace {

namespace fs = std::filesystem;

struct Include {
  std::string path;
  bool quoted = false;
};

// "common/net" is above "common/net/url.hpp" and "common/net/src", not above "common/network".
// A row may also name a file without its ending.
bool is_below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || path[folder.size()] == '/' || path[folder.size()] == '.';
}

bool is_below_any(std::string_view path, std::string_view folders) {
  while (!folders.empty()) {
    const auto end = std::min(folders.find(' '), folders.size());
    if (is_below(path, folders.substr(0, end))) return true;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return false;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

bool skip(std::string_view& text, std::string_view word) {
  skip_blanks(text);
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<Include> parse_include(std::string_view line) {
  if (!skip(line, "#") || !skip(line, "include")) return std::nullopt;
  skip_blanks(line);
  if (line.empty() || (line.front() != '"' && line.front() != '<')) return std::nullopt;
  const bool quoted = line.front() == '"';
  line.remove_prefix(1);
  return Include{std::string(line.substr(0, line.find(quoted ? '"' : '>'))), quoted};
}

const Room* room_of(std::string_view file) {
  const Room* best = nullptr;
  for (const Room& room : kRooms)
    if (is_below(file, room.room) && (!best || room.room.size() > best->room.size())) best = &room;
  return best;
}

/// The folder whose src/ a file lies in, or "".
std::string_view owner_of_src(std::string_view file) {
  const auto at = file.find("/src/");
  return at == std::string_view::npos ? std::string_view() : file.substr(0, at);
}

class Checker {
 public:
  explicit Checker(const fs::path& root) : root_(root) {}

  Report run() {
    for (const auto house : kHouse) read_folder(root_ / house);
    std::sort(report_.violations.begin(), report_.violations.end(), [](const auto& a, const auto& b) {
      return std::tie(a.file, a.line) < std::tie(b.file, b.line);
    });
    return std::move(report_);
  }

 private:
  void read_folder(const fs::path& folder) {
    if (!fs::exists(folder)) return;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const auto ending = entry.path().extension();
      if (ending == ".hpp" || ending == ".cpp") read_file(entry.path());
    }
  }

  void read_file(const fs::path& path) {
    ++report_.files;
    file_ = path.lexically_relative(root_).generic_string();
    is_public_ = std::any_of(std::begin(kPublicFolders), std::end(kPublicFolders),
                             [&](auto folder) { return is_below(file_, folder); });
    std::ifstream in(path);
    std::string line;
    for (line_ = 1; std::getline(in, line); ++line_) {
      if (const auto include = parse_include(line)) judge(*include);
      judge_names(line);
    }
  }

  void judge_names(std::string_view line) {
    for (const Name& row : kNames)
      if (line.find(row.name) != line.npos && !is_below_any(file_, row.rooms))
        complain(std::string(row.name) + " is not for this file");
  }

  void judge(const Include& include) {
    ++report_.includes;
    if (include.quoted && is_public_) return complain("a public header includes <...> only");
    if (include.quoted) return judge_file(include.path, include.path);
    if (include.path.starts_with("parley/")) return judge_public(include.path);
    const bool standard = include.path.find_first_of("/.") == std::string::npos;
    if (!standard) judge_library(include.path);
  }

  void judge_public(const std::string& path) {
    for (const auto folder : kPublicFolders) {
      const std::string target = std::string(folder) + "/" + path;
      if (fs::exists(root_ / target)) return judge_file(target, path);
    }
    complain("there is no public header " + path);
  }

  void judge_file(const std::string& target, const std::string& as_written) {
    if (!fs::exists(root_ / target))
      return complain("there is no " + as_written + " (paths start at the root)");
    const auto owner = owner_of_src(target);
    if (!owner.empty() && !is_below(file_, owner))
      return complain(as_written + " is inner to " + std::string(owner));
    const Room* room = room_of(file_);
    if (!room) return complain("no room in tests/layers/table.hpp has this file");
    if (is_below(target, room->room) || is_below_any(target, room->may_include)) return;
    complain(std::string(room->room) + " must not include " + as_written);
  }

  void judge_library(const std::string& path) {
    std::size_t longest = 0;
    for (const Library& row : kLibraries)
      if (path.starts_with(row.library)) longest = std::max(longest, row.library.size());
    if (longest == 0) return complain("the library of <" + path + "> is not in tests/layers/table.hpp");
    const bool permitted = std::any_of(std::begin(kLibraries), std::end(kLibraries), [&](const Library& row) {
      return row.library.size() == longest && path.starts_with(row.library) && permits(row);
    });
    if (!permitted) complain("<" + path + "> is not for this file");
  }

  bool permits(const Library& row) const {
    return is_below_any(file_, row.rooms) && (row.where == Where::anywhere || file_.ends_with(".cpp"));
  }

  void complain(std::string what) { report_.violations.push_back({file_, line_, std::move(what)}); }

  fs::path root_;
  Report report_;
  std::string file_;
  int line_ = 0;
  bool is_public_ = false;
};

}  // namespace

Report check(const fs::path& root) { return Checker(root).run(); }

}  // namespace parley::layers
