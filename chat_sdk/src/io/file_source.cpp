#include "chat_sdk/src/io/file_source.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "chat_sdk/src/model/file_name.hpp"

namespace parley::detail {
namespace {

namespace fs = std::filesystem;

fs::path part_path(const std::string& path) { return to_path(path + ".part"); }

class BytesSource final : public http::BodySource {
 public:
  BytesSource(std::string bytes, std::function<void(std::uint64_t)> on_read)
      : bytes_(std::move(bytes)), on_read_(std::move(on_read)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read(std::span<char> into) override {
    const std::size_t count = bytes_.copy(into.data(), into.size(), at_);
    on_read_(at_ += count);
    return count;
  }

 private:
  std::string bytes_;
  std::function<void(std::uint64_t)> on_read_;
  std::size_t at_ = 0;
};

class FileSource final : public http::BodySource {
 public:
  FileSource(std::ifstream file, std::uint64_t size, std::function<void(std::uint64_t)> on_read)
      : file_(std::move(file)), size_(size), on_read_(std::move(on_read)) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read(std::span<char> into) override {
    const auto wanted = std::min<std::uint64_t>(into.size(), size_ - at_);
    file_.read(into.data(), static_cast<std::streamsize>(wanted));
    const auto count = static_cast<std::size_t>(file_.gcount());
    on_read_(at_ += count);
    return count;
  }

 private:
  std::ifstream file_;
  std::uint64_t size_;
  std::function<void(std::uint64_t)> on_read_;
  std::uint64_t at_ = 0;
};

Error cannot_write(const std::string& path) {
  return {.code = Errc::storage_error, .message = path + ": cannot be written"};
}

}  // namespace

Result<std::shared_ptr<http::BodySource>> open_source(NewFile file, const std::string& field,
                                                      std::function<void(std::uint64_t)> on_read) {
  using Source = std::shared_ptr<http::BodySource>;
  if (!file.bytes.empty() || file.path.empty())
    return Source(std::make_shared<BytesSource>(std::move(file.bytes), std::move(on_read)));
  std::error_code error;
  const fs::path path = to_path(file.path);
  const auto size = fs::file_size(path, error);
  std::ifstream stream;
  if (!error) stream.open(path, std::ios::binary);
  if (error || !stream)
    return Error{.code = Errc::invalid_argument,
                 .message = field + ".path: expected a file that can be read, got " + file.path};
  return Source(std::make_shared<FileSource>(std::move(stream), size, std::move(on_read)));
}

struct PartFile::Stream {
  std::ofstream file;
};

PartFile::PartFile(std::string path, std::unique_ptr<Stream> stream)
    : path_(std::move(path)), stream_(std::move(stream)) {}

PartFile::~PartFile() {
  if (!std::exchange(stream_, nullptr)) return;
  std::error_code ignored;
  fs::remove(part_path(path_), ignored);
}

Result<std::shared_ptr<PartFile>> PartFile::create(const std::string& path) {
  auto stream = std::make_unique<Stream>();
  stream->file.open(part_path(path), std::ios::binary | std::ios::trunc);
  if (!stream->file) return cannot_write(path);
  return std::shared_ptr<PartFile>(new PartFile(path, std::move(stream)));
}

Result<void> PartFile::write(std::string_view bytes) {
  stream_->file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream_->file) return cannot_write(path_);
  size_ += bytes.size();
  return {};
}

Result<void> PartFile::keep() {
  stream_->file.close();
  if (!stream_->file) return cannot_write(path_);
  std::error_code error;
  fs::rename(part_path(path_), to_path(path_), error);
  if (error) return cannot_write(path_);
  stream_.reset();
  return {};
}

}  // namespace parley::detail
