#pragma once
#include <parley/error.hpp>
#include <string>

namespace parley::token_server {

/// Makes the directories that a file lacks, for their owner alone and with the rights that the process has.
/// Those that exist keep their permissions. Fails with Errc::storage_error, naming the file.
Result<void> make_directory_of(const std::string& path);

/// Makes sure there is a file that only its owner may read and write: makes it, and the directories it lacks,
/// or takes the permissions of others away. Its content stays as it is. The superuser does this with the
/// rights of the directory's owner: see os::OwnerRights.
///
/// Fails with Errc::storage_error, naming the path.
Result<void> make_private_file(const std::string& path);

}  // namespace parley::token_server
