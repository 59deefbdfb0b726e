#pragma once
#include <iosfwd>
#include <parley/error.hpp>
#include <string>

namespace parley::token_server {

/// Reads a new password from a file descriptor. A terminal is asked twice, on `prompt`, and shows nothing of
/// what is typed; its settings come back in any case, also when a signal ends the program. From a pipe or a
/// file: one line.
///
/// Fails with Errc::invalid_argument if nothing comes or the two differ, with Errc::cancelled if a signal
/// came that did not end the program. Not at the same time on two threads: signals belong to the process.
Result<std::string> read_new_password(int input, std::ostream& prompt);

}  // namespace parley::token_server
