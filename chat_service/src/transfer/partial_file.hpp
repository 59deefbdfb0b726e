#pragma once
#include <string>

#include <parley/error.hpp>

#include "common/os/file.hpp"

namespace parley::chat_service {

/// A new file that has its name only when it is whole: until keep() it is "NAME.partial", for its owner
/// alone. The superuser makes it with the rights of its directory's owner (os::OwnerRights).
class PartialFile {
 public:
  /// Fails with Errc::storage_error if there is a file of either name, or if none can be made; the message
  /// says which and what to do.
  static Result<PartialFile> make(const std::string& name);
  /// The same for a name that is taken now; whoever calls makes room for it before keep().
  static Result<PartialFile> make_replacement(const std::string& name);
  /// Removes what was not kept, with the files that SQLite may have put beside it.
  ~PartialFile();
  PartialFile(PartialFile&& other) noexcept = default;

  /// The name that it has until keep().
  std::string path() const { return name_ + ".partial"; }
  /// Fails with Errc::storage_error, with http_status 507 where the disk is full.
  Result<void> write(std::string_view bytes);
  /// Makes it durable and gives it its name.
  Result<void> keep();

 private:
  PartialFile(std::string name, os::File file) : name_(std::move(name)), file_(std::move(file)) {}
  Error failed(const Error& why) const;

  std::string name_;
  os::File file_;  // open until it is kept
};

}  // namespace parley::chat_service
