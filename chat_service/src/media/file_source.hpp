#pragma once
#include <memory>

#include "chat_service/src/media/range.hpp"
#include "chat_service/src/media/worker.hpp"
#include "common/base/http.hpp"
#include "common/os/file.hpp"

namespace parley::chat_service::media {

/// A part of a file that a worker reads, piece by piece as it is asked for: downloads take turns, and whoever
/// asks waits for no disk. A piece that nobody wants any more is not read. What the file does not have is a
/// failure, and so is a read that comes after the worker's end.
class FileSource final : public http::AsyncBodySource {
 public:
  FileSource(os::File file, Range part, std::weak_ptr<Worker> reader);

  std::uint64_t size() const override { return part_.length; }
  void read(std::size_t most, std::function<void(std::string)> done) override;

 private:
  std::shared_ptr<const os::File> file_;
  Range part_;
  std::uint64_t given_ = 0;
  std::weak_ptr<Worker> reader_;
};

}  // namespace parley::chat_service::media
