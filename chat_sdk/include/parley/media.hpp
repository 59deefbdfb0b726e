#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace parley {

/// A file to send. Give a path or the bytes; with both the bytes count.
struct NewFile {
  std::string path{};          ///< read while it is sent; must not change meanwhile
  std::string bytes{};         ///< what to send instead of a file of this computer
  std::string content_type{};  ///< "image/png"; "": application/octet-stream
  std::string filename{};      ///< shown to the others; "": the last part of `path`
};

/// A file of a message, as the service stores it.
struct Medium {
  std::string sid;
  std::string category = "media";  ///< or "body", "history": parts of an e-mail
  std::string filename;            ///< "" if it has none. Untrusted: never use it as a path as it is
  std::string content_type;
  std::int64_t size = 0;  ///< bytes
};

/// How far the transfer of a file is.
struct Progress {
  std::size_t file = 0;     ///< which of several, from 0
  std::uint64_t bytes = 0;  ///< done of this file
  std::uint64_t total = 0;  ///< 0: not known
};

/// Called on the callback executor, never after the operation completed. To stop the transfer, cancel the
/// operation.
using ProgressHandler = std::function<void(const Progress&)>;

/// Where to put a file.
struct Download {
  std::string sid;   ///< of the medium
  std::string path;  ///< replaced if it exists; nothing is there before the file is whole
  ProgressHandler on_progress{};
};

}  // namespace parley
