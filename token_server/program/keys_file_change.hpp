#pragma once
#include <functional>
#include <parley/error.hpp>
#include <string>
#include <vector>

#include "common/config/config.hpp"

namespace parley::token_server {

/// Changes a list of keys; a failure leaves the file as it was.
using KeysChange = std::function<Result<void>(std::vector<config::BackendKey>&)>;

/// Reads a keys_file, changes it and puts the new one in its place, as a whole or not at all. Makes the file
/// (mode 0600) and its directory if they do not exist; an existing file keeps its owner and group.
///
/// Several processes may do this at a time: a lock on "<file>.lock" makes them wait for each other (not on
/// Windows, where the second one fails). Fails with what `change` says, with Errc::invalid_config if the file
/// is not a list of keys, or with Errc::storage_error; messages name the file.
Result<void> change_keys_file(const std::string& file, const KeysChange& change);

}  // namespace parley::token_server
