#include "chat_service/src/media/file_source.hpp"

#include <algorithm>
#include <utility>

namespace parley::chat_service::media {
namespace {

/// "" if not all of it can be had.
std::string read_piece(const os::File& file, const Range& piece) {
  std::string bytes(static_cast<std::size_t>(piece.length), '\0');
  const auto got = file.read(piece.offset, bytes);
  return got && *got == bytes.size() ? bytes : std::string();
}

}  // namespace

FileSource::FileSource(os::File file, Range part, std::weak_ptr<Worker> reader)
    : file_(std::make_shared<const os::File>(std::move(file))), part_(part), reader_(std::move(reader)) {}

void FileSource::read(std::size_t most, std::function<void(std::string)> done) {
  const auto reader = reader_.lock();
  if (!reader) return done({});
  const Range piece{part_.offset + given_, std::min<std::uint64_t>(most, part_.length - given_)};
  given_ += piece.length;
  reader->run([wanted = std::weak_ptr(file_), piece, done = std::move(done)] {
    if (const auto file = wanted.lock()) done(read_piece(*file, piece));
  });
}

}  // namespace parley::chat_service::media
