#pragma once
#include <filesystem>
#include <memory>
#include <parley/error.hpp>

namespace parley::os {

/// The rights of a service's user, for a command that the superuser runs on the service's files.
///
/// Who owns a directory can put a link in the way of whatever is opened in it. So a command takes the rights
/// of that user before it opens, makes or changes anything there: then a link leads nowhere that its owner
/// could not go alone, and what is made belongs to whom the directory belongs to. Directories are still found
/// and files read with the superuser's eyes where the system allows it (Linux), because the way to a
/// service's directory may be closed to its own user, as /var/lib/private of systemd is.
///
/// The process's effective user, group and groups change as long as this lives; the real ones stay. Several
/// may be nested, last in first out. To be used by commands, while no other thread runs.
class OwnerRights {
 public:
  /// Of the owner of the first directory or link on the way to `path` that is not the superuser's; links of
  /// the superuser are followed. `path` itself need not exist, and who owns it does not matter unless it is a
  /// link. Changes nothing if all of the way is the superuser's or the process was not started by it.
  ///
  /// Fails with Errc::storage_error, naming the path, if the rights cannot be had: the command must not go
  /// on.
  static Result<OwnerRights> of(const std::filesystem::path& path);
  ~OwnerRights();
  OwnerRights(OwnerRights&&) noexcept;
  OwnerRights& operator=(OwnerRights&&) = delete;

 private:
  class Previous;
  explicit OwnerRights(std::unique_ptr<Previous> previous);
  std::unique_ptr<Previous> previous_;  ///< null: nothing was changed
};

}  // namespace parley::os
