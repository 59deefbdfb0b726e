#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace parley {

/// A file to send. Give a path or the bytes; with both the bytes count.
///
/// No aggregate, as all arguments of asynchronous operations that hold strings: g++ 12 destroys an aggregate
/// made inside a co_await expression twice.
struct NewFile {
  NewFile() {}
  static NewFile from_path(std::string path, std::string content_type = "");
  static NewFile from_bytes(std::string bytes, std::string filename, std::string content_type = "");

  std::string path;          ///< UTF-8; read while it is sent; must not change meanwhile
  std::string bytes;         ///< what to send instead of a file of this computer
  std::string content_type;  ///< "image/png"; "": application/octet-stream
  std::string filename;      ///< shown to the others; "": the last part of `path`
};

inline NewFile NewFile::from_path(std::string path, std::string content_type) {
  NewFile file;
  file.path = std::move(path);
  file.content_type = std::move(content_type);
  return file;
}

inline NewFile NewFile::from_bytes(std::string bytes, std::string filename, std::string content_type) {
  NewFile file;
  file.bytes = std::move(bytes);
  file.filename = std::move(filename);
  file.content_type = std::move(content_type);
  return file;
}

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
  Download() {}
  Download(std::string medium_sid, std::string to_path, ProgressHandler progress = {})
      : sid(std::move(medium_sid)), path(std::move(to_path)), on_progress(std::move(progress)) {}

  std::string sid;   ///< of the medium
  std::string path;  ///< replaced if it exists; nothing is there before the file is whole
  ProgressHandler on_progress;
};

}  // namespace parley
