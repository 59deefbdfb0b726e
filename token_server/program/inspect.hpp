#pragma once
#include <iosfwd>
#include <optional>
#include <parley/seams.hpp>
#include <string>

#include "common/config/config.hpp"

namespace parley::token_server {

/// Where `inspect` reads and writes; tests bring their own.
struct InspectStreams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;  ///< then one line is asked for and read
};

/// Explains the token in `file`, or in the input for "" and "-", and judges it by the accounts of `config`
/// (nothing: neither signature nor service are checked). Returns the exit code: 0 it would be accepted, 1
/// somebody refuses it, 2 it could not be read.
int inspect(const std::string& file, const std::optional<config::Config>& config, WallTime now,
            InspectStreams streams);

}  // namespace parley::token_server
