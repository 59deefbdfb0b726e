#include "chat_sdk/src/io/upload_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/temporary_file.hpp"

namespace parley::detail {
namespace {

using ::testing::HasSubstr;

/// Gives the pieces one by one; an empty one throws.
class Pieces final : public FileReader {
 public:
  explicit Pieces(std::vector<std::string> pieces, int* alive = nullptr)
      : pieces_(std::move(pieces)), alive_(alive) {
    if (alive_) ++*alive_;
  }
  ~Pieces() override {
    if (alive_) --*alive_;
  }
  std::size_t read(std::span<char> into) override {
    if (at_ == pieces_.size()) return 0;
    std::string& piece = pieces_[at_];
    if (piece.empty()) throw std::runtime_error("a secret");
    const std::size_t count = piece.copy(into.data(), into.size());
    piece.erase(0, count);
    if (piece.empty()) ++at_;
    return count;
  }

 private:
  std::vector<std::string> pieces_;
  int* alive_;
  std::size_t at_ = 0;
};

class UploadSourceTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return place_.directory() / name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

  Result<std::shared_ptr<UploadSource>> open(NewFile file) {
    auto message = std::make_shared<NewMessage>();
    message->files = {NewFile::from_bytes("x", ""), std::move(file)};
    message_ = message;
    return UploadSource::open(message_, 1, gate_);
  }
  static NewFile pieces(std::uint64_t size, std::vector<std::string> texts, int* alive = nullptr) {
    return NewFile::from_source(
        size, [texts, alive] { return std::make_unique<Pieces>(texts, alive); }, "a.txt");
  }
  static std::string read_all(UploadSource& source, std::size_t room = 4) {
    std::string all;
    while (all.size() < source.size()) {
      std::string piece(room, '\0');
      const auto count = source.read(piece);
      if (count == 0) break;
      all.append(piece, 0, count);
    }
    return all;
  }

  /// What is handed back ends here.
  void run_posted() {
    for (const auto& work : std::exchange(posted_, {})) work();
  }

  testing::TemporaryFile place_;
  std::vector<std::function<void()>> posted_;
  std::shared_ptr<UserGate> gate_ =
      std::make_shared<UserGate>([this](std::function<void()> work) { posted_.push_back(std::move(work)); });
  std::shared_ptr<const NewMessage> message_;
};

TEST_F(UploadSourceTest, ReadsBytesPathsAndReaders) {
  write("a.txt", "on the disk");
  std::filesystem::create_symlink(path("a.txt"), path("link"));
  const std::pair<NewFile, std::string> files[] = {{NewFile::from_bytes("in memory", ""), "in memory"},
                                                   {NewFile::from_path(path("a.txt")), "on the disk"},
                                                   {NewFile::from_path(path("link")), "on the disk"},
                                                   {pieces(11, {"one ", "two thr"}), "one two thr"},
                                                   {NewFile::from_bytes("", "empty"), ""}};
  for (const auto& [file, text] : files) {
    const auto source = open(file);
    ASSERT_TRUE(source) << source.error().to_string();
    EXPECT_EQ((*source)->size(), text.size());
    EXPECT_EQ(read_all(**source), text);
    EXPECT_FALSE((*source)->failure());
  }
}

TEST_F(UploadSourceTest, CanBeOpenedAgain) {
  int alive = 0;
  const auto first = open(pieces(6, {"abc", "def"}, &alive)).value();
  EXPECT_EQ(read_all(*first, 3), "abcdef");
  auto second = UploadSource::open(message_, 1, gate_).value();
  EXPECT_EQ(read_all(*second, 3), "abcdef");
  EXPECT_EQ(alive, 2);
  second.reset();
  run_posted();
  EXPECT_EQ(alive, 1);
}

TEST_F(UploadSourceTest, NamesAPathThatIsNoFile) {
  std::filesystem::create_directory(path("directory"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  for (const char* name : {"missing", "directory", "pipe"}) {
    const auto source = open(NewFile::from_path(path(name)));
    ASSERT_FALSE(source) << name;
    EXPECT_EQ(source.error().code, Errc::invalid_argument);
    EXPECT_THAT(source.error().message, HasSubstr("files[1].path"));
    EXPECT_THAT(source.error().message, HasSubstr(path(name)));
  }
  EXPECT_THAT(open(NewFile::from_path(path("directory"))).error().message, HasSubstr("directory"));
}

TEST_F(UploadSourceTest, ChangesAreNoticedBeforeTheLastPieceLeaves) {
  for (const char* now : {"shorter", "longer than it was at the beginning", "as long AS before"}) {
    write("a.txt", "as long as before");
    std::filesystem::last_write_time(path("a.txt"), {});
    const auto source = open(NewFile::from_path(path("a.txt"))).value();
    std::string first(4, '\0');
    ASSERT_EQ(source->read(first), 4u);
    write("a.txt", now);
    EXPECT_LT(read_all(*source, 8).size() + 4, 17u) << now;
    ASSERT_TRUE(source->failure()) << now;
    EXPECT_EQ(source->failure()->code, Errc::invalid_argument);
    EXPECT_THAT(source->failure()->message, HasSubstr("files[1].path: "));
  }
}

TEST_F(UploadSourceTest, AReaderMustGiveWhatItsSizeSays) {
  const std::pair<NewFile, const char*> files[] = {
      {pieces(7, {"abc", "def"}), "files[1].open: it ended after 6 of 7 bytes"},
      {pieces(5, {"abc", "def"}), "files[1].open: there are more than the announced 5 bytes"},
      {pieces(6, {"abc", ""}), "files[1].open: the reader threw an exception"},
      {pieces(3, {"abc", ""}), "files[1].open: the reader threw an exception"}};
  for (const auto& [file, message] : files) {
    const auto source = open(file).value();
    EXPECT_LT(read_all(*source, 3).size(), source->size());
    ASSERT_TRUE(source->failure()) << message;
    EXPECT_EQ(source->failure()->message, message);
    EXPECT_EQ(source->failure()->code, Errc::invalid_argument);
  }
}

TEST_F(UploadSourceTest, WhatIsAnnouncedAsEmptyMustBeEmpty) {
  for (const NewFile& file : {pieces(0, {}), NewFile::from_bytes("", "empty")}) {
    const auto empty = open(file)->get()->confirm_empty();
    EXPECT_TRUE(empty) << empty.error().to_string();
  }
  const auto surplus = open(pieces(0, {"x"})).value()->confirm_empty();
  ASSERT_FALSE(surplus);
  EXPECT_EQ(surplus.error().message, "files[1].open: there are more than the announced 0 bytes");
  write("a.txt", "");
  const auto source = open(NewFile::from_path(path("a.txt"))).value();
  EXPECT_TRUE(source->confirm_empty());
  write("a.txt", "it grows");
  const auto grown = source->confirm_empty();
  ASSERT_FALSE(grown);
  EXPECT_EQ(grown.error().code, Errc::invalid_argument);
  EXPECT_THAT(grown.error().message, HasSubstr("files[1].path: "));
}

TEST_F(UploadSourceTest, AFunctionThatOpensNothingIsNamed) {
  const auto none = open(NewFile::from_source(
      3, [] { return std::unique_ptr<FileReader>(); }, "a.txt"));
  EXPECT_THAT(none.error().message, HasSubstr("files[1].open"));
  const auto thrown = open(NewFile::from_source(
      3, []() -> std::unique_ptr<FileReader> { throw std::runtime_error("x"); }, ""));
  EXPECT_EQ(thrown.error().code, Errc::invalid_argument);
}

TEST_F(UploadSourceTest, NothingOfTheUsersIsTouchedBehindTheGate) {
  int alive = 0;
  const auto from_reader = open(pieces(6, {"abc", "def"}, &alive)).value();
  const auto from_bytes = open(NewFile::from_bytes("bytes", "")).value();
  EXPECT_EQ(alive, 1);
  gate_->close();
  EXPECT_EQ(alive, 0) << "the reader is gone at once";
  EXPECT_EQ(read_all(*from_reader), "");
  EXPECT_EQ(read_all(*from_bytes), "");
  EXPECT_EQ(from_reader->failure()->code, Errc::cancelled);
  EXPECT_FALSE(UploadSource::open(message_, 1, gate_));
}

TEST_F(UploadSourceTest, AMessageThatIsGoneIsNotRead) {
  const auto source = open(NewFile::from_bytes("bytes", "")).value();
  message_.reset();
  run_posted();
  EXPECT_EQ(read_all(*source), "");
}

}  // namespace
}  // namespace parley::detail
