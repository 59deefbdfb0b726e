#pragma once
#include <string>

#include <parley/media.hpp>

#include "common/base/path.hpp"

namespace parley::detail {

/// What others are shown: the name given, or the last part of the path.
inline std::string file_name_of(const NewFile& file) {
  return file.filename.empty() ? to_utf8(to_path(file.path).filename()) : file.filename;
}

}  // namespace parley::detail
