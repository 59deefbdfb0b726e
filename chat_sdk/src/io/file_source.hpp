#pragma once
#include <functional>
#include <memory>
#include <string>

#include <parley/error.hpp>
#include <parley/media.hpp>

#include "common/base/http.hpp"

namespace parley::detail {

/// The bytes of a file to send, read while they are sent; `on_read` is told how many were read so far.
/// Errc::invalid_argument, with `field` and the path, if the file cannot be read.
Result<std::shared_ptr<http::BodySource>> open_source(NewFile file, const std::string& field,
                                                      std::function<void(std::uint64_t)> on_read);

/// A download on its way to the disk: "<path>.part" until keep(), removed without it. Failures are
/// Errc::storage_error and name the path.
class PartFile {
 public:
  static Result<std::shared_ptr<PartFile>> create(const std::string& path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  Result<void> write(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// Everything is there: gives it its name.
  Result<void> keep();

 private:
  struct Stream;
  PartFile(std::string path, std::unique_ptr<Stream> stream);

  std::string path_;
  std::unique_ptr<Stream> stream_;  ///< null once it has its name
  std::uint64_t size_ = 0;
};

}  // namespace parley::detail
