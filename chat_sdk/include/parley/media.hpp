#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace parley {

/// Reads the bytes of a file to send, once from its beginning to its end.
///
/// Called on the client's own thread for files, one call at a time. It may take its time; other files of this
/// client wait meanwhile, and so does ~Client. It must not end the client.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Fills `into` (never empty) from its start and returns how many bytes it took; 0: that was the end. An
  /// exception ends the upload with Errc::invalid_argument.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// Makes a reader that starts at the first byte; called again for each try. The rules of FileReader hold.
using OpenFile = std::function<std::unique_ptr<FileReader>()>;

/// A file to send. Give its path, its bytes or a function that opens it; if there are several, the function
/// counts, then the bytes.
///
/// What is read must not change meanwhile: a file that is shorter, longer or newer at its end than at its
/// beginning fails the message with Errc::invalid_argument, and so does a path that leads to no regular file
/// or to one that this program may not read (links are followed). One that is larger than the service allows
/// fails it with Errc::limit_exceeded before any of it is sent. Each of these errors names the field, as
/// "files[0].path".
///
/// No aggregate, as all arguments of asynchronous operations that hold strings: g++ 12 destroys an aggregate
/// made inside a co_await expression twice.
struct NewFile {
  NewFile() {}
  static NewFile from_path(std::string path, std::string content_type = "");
  /// An empty file needs a filename.
  static NewFile from_bytes(std::string bytes, std::string filename, std::string content_type = "");
  /// `size` bytes that `open` leads to. Not for a client with a cache, which could not open it after the end
  /// of the program: Errc::invalid_argument.
  static NewFile from_source(std::uint64_t size, OpenFile open, std::string filename,
                             std::string content_type = "");

  std::string path;          ///< UTF-8; read while it is sent
  std::string bytes;         ///< what to send instead of a file of this computer
  std::string content_type;  ///< "image/png"; "": application/octet-stream
  std::string filename;      ///< shown to the others; "": the last part of `path`
  OpenFile open;             ///< opens what to send; `size` bytes
  std::uint64_t size = 0;    ///< of `open`, in bytes
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

inline NewFile NewFile::from_source(std::uint64_t size, OpenFile open, std::string filename,
                                    std::string content_type) {
  NewFile file;
  file.size = size;
  file.open = std::move(open);
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

/// What a transfer is doing.
enum class TransferState {
  transferring,           ///< bytes are on their way
  awaiting_confirmation,  ///< all bytes of an upload have left; the service has not confirmed them yet
};

/// How far the transfer of a file is. It never goes back: a try that begins anew tells nothing before it is
/// further than the ones before.
struct Progress {
  std::size_t file = 0;     ///< which of several, from 0
  std::uint64_t bytes = 0;  ///< done of this file
  std::uint64_t total = 0;  ///< 0: not known
  TransferState state = TransferState::transferring;
};

/// Called on the callback executor, never after the operation completed. Who is slow hears of the newest
/// state only. To stop the transfer, cancel the operation.
using ProgressHandler = std::function<void(const Progress&)>;

/// Where to put a file.
struct Download {
  Download() {}
  Download(std::string medium_sid, std::string to_path, ProgressHandler progress = {})
      : sid(std::move(medium_sid)), path(std::move(to_path)), on_progress(std::move(progress)) {}

  std::string sid;  ///< of the medium
  /// UTF-8. A file that is there is replaced, and a link itself, not what it leads to; until the new file is
  /// whole, what is there stays. It is written as ".NAME.parley-XXXXXXXX" (random) in the same directory,
  /// which is removed when the download fails, is cancelled, or the client ends. Of several downloads to one
  /// path the last one stays.
  std::string path;
  ProgressHandler on_progress;
};

}  // namespace parley
