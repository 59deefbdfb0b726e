#pragma once
#include <parley/error.hpp>
#include <string>

namespace parley::token_server {

/// Makes sure there is a file that only its owner may read and write: makes it, and the directories it lacks,
/// or takes the permissions of others away. Its content stays as it is. The superuser does this with the
/// rights of the directory's owner: see os::OwnerRights.
///
/// Fails with Errc::storage_error, naming the path.
Result<void> make_private_file(const std::string& path);

}  // namespace parley::token_server
