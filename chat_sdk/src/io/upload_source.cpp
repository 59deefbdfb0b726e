#include "chat_sdk/src/io/upload_source.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "common/base/path.hpp"
#include "common/os/file.hpp"

namespace parley::detail {
namespace {

namespace fs = std::filesystem;

Error bad(const std::string& field, const std::string& what) {
  return {.code = Errc::invalid_argument, .message = field + ": " + what};
}

Error not_wanted() { return {.code = Errc::cancelled, .message = "the message is not wanted any more"}; }

std::string field_of(std::size_t index, std::string_view member) {
  return "files[" + std::to_string(index) + "]." + std::string(member);
}

/// A file of this computer.
class FileOnDisk final : public UploadSource::Origin {
 public:
  static Result<std::unique_ptr<UploadSource::Origin>> open(const std::string& text,
                                                            const std::string& field) {
    const std::string expected = "expected a file that can be read, got " + text;
    if (text.find('\0') != std::string::npos) return bad(field, "expected a path without a null byte");
    std::error_code unknown;
    if (fs::is_directory(to_path(text), unknown)) return bad(field, expected + ", which is a directory");
    auto file = os::open_through_links(to_path(text));
    if (!file) return bad(field, expected + ": " + file.error().message);
    const auto version = file->version();
    if (!version) return bad(field, expected + ": " + version.error().message);
    return std::unique_ptr<UploadSource::Origin>(new FileOnDisk(std::move(*file), *version, text));
  }

  std::uint64_t size() const override { return version_.size; }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    return file_.read(offset, into);
  }
  Result<void> confirm_end() override {
    const auto now = file_.version();
    if (!now) return now.error();
    if (*now == version_) return {};
    return Error{.code = Errc::invalid_argument,
                 .message = path_ + " was changed while it was sent; it had " +
                            std::to_string(version_.size) + " bytes, and has " + std::to_string(now->size)};
  }

 private:
  FileOnDisk(os::File file, os::File::Version version, std::string path)
      : file_(std::move(file)), version_(version), path_(std::move(path)) {}

  os::File file_;
  os::File::Version version_;
  std::string path_;
};

/// In the message itself, which is not copied.
class BytesOfMessage final : public UploadSource::Origin {
 public:
  BytesOfMessage(std::weak_ptr<const NewMessage> message, std::size_t index, std::uint64_t size,
                 std::shared_ptr<UserGate> gate)
      : message_(std::move(message)), index_(index), size_(size), gate_(std::move(gate)) {}

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    std::optional<std::size_t> count;
    gate_->enter([&] {
      if (const auto message = gate_->borrow(message_))
        count = message->files[index_].bytes.copy(into.data(), into.size(), offset);
    });
    if (!count) return not_wanted();
    return *count;
  }
  Result<void> confirm_end() override { return {}; }

 private:
  std::weak_ptr<const NewMessage> message_;
  std::size_t index_;
  std::uint64_t size_;
  std::shared_ptr<UserGate> gate_;
};

/// What the user's function has opened.
class OpenedByUser final : public UploadSource::Origin {
 public:
  OpenedByUser(UserGate::ReaderId id, std::uint64_t size, std::shared_ptr<UserGate> gate)
      : id_(id), size_(size), gate_(std::move(gate)) {}
  ~OpenedByUser() override { gate_->drop(id_); }

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::uint64_t, std::span<char> into) override {
    Result<std::size_t> count = not_wanted();
    gate_->enter([&] { count = read_now(into); });
    return count;
  }
  Result<void> confirm_end() override {
    char more = 0;
    const auto count = read(size_, {&more, 1});
    if (!count) return count.error();
    if (*count == 0) return {};
    return Error{.code = Errc::invalid_argument,
                 .message = "there are more than the announced " + std::to_string(size_) + " bytes"};
  }

 private:
  // The text of the user's exception may hold anything; a message of ours must not.
  Result<std::size_t> read_now(std::span<char> into) {
    try {
      const std::size_t count = gate_->reader(id_).read(into);
      if (count <= into.size()) return count;
      return Error{.code = Errc::invalid_argument,
                   .message = "the reader took more bytes than there was room for"};
    } catch (...) {
      return Error{.code = Errc::invalid_argument, .message = "the reader threw an exception"};
    }
  }

  UserGate::ReaderId id_;
  std::uint64_t size_;
  std::shared_ptr<UserGate> gate_;
};

/// Within the gate; null if the function gave nothing, or threw.
std::unique_ptr<FileReader> open_reader(const OpenFile& open) {
  try {
    return open();
  } catch (...) {
    return nullptr;
  }
}

}  // namespace

Result<std::shared_ptr<UploadSource>> UploadSource::open(std::weak_ptr<const NewMessage> message,
                                                         std::size_t index, std::shared_ptr<UserGate> gate) {
  std::string path, field;
  Result<std::unique_ptr<Origin>> origin = not_wanted();
  gate->enter([&] {
    const auto borrowed = gate->borrow(message);
    if (!borrowed) return;
    const NewFile& file = borrowed->files[index];
    if (file.open) {
      field = field_of(index, "open");
      auto reader = open_reader(file.open);
      if (!reader)
        origin = bad(field, "expected a reader; the function threw an exception or returned none");
      else
        origin = std::make_unique<OpenedByUser>(gate->keep(std::move(reader)), file.size, gate);
    } else if (!file.bytes.empty() || file.path.empty()) {
      field = field_of(index, "bytes");
      origin = std::make_unique<BytesOfMessage>(message, index, file.bytes.size(), gate);
    } else {
      field = field_of(index, "path");
      path = file.path;
    }
  });
  if (!path.empty()) origin = FileOnDisk::open(path, field);  // A slow disk holds up nobody at the gate.
  if (!origin) return origin.error();
  return std::make_shared<UploadSource>(std::move(*origin), std::move(field));
}

std::size_t UploadSource::read(std::span<char> into) {
  const auto room = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size() - at_)));
  const auto count = origin_->read(at_, room);
  if (!count) return fail(count.error());
  if (*count == 0)
    return fail(
        {.code = Errc::invalid_argument,
         .message = "it ended after " + std::to_string(at_) + " of " + std::to_string(size()) + " bytes"});
  at_ += *count;
  if (at_ < size()) return *count;
  const auto whole = origin_->confirm_end();
  return whole ? *count : fail(whole.error());
}

Result<void> UploadSource::confirm_empty() {
  const auto whole = origin_->confirm_end();
  if (!whole) fail(whole.error());
  return failure_ ? Result<void>(*failure_) : Result<void>();
}

std::size_t UploadSource::fail(Error error) {
  error.message = field_ + ": " + error.message;
  error.http_status = 0;  // None of an answer.
  failure_ = std::move(error);
  return 0;
}

}  // namespace parley::detail
