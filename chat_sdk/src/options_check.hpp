#pragma once
#include <optional>

#include <parley/options.hpp>

namespace parley::detail {

/// What makes a connection with these options impossible, however often it is tried: Errc::invalid_argument,
/// the option named first. Nothing if they may do. Reads tls.ca_file, and opens nothing else.
std::optional<Error> check_options(const ClientOptions& options);

}  // namespace parley::detail
