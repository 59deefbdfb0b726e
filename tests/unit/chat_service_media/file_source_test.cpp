#include "chat_service/src/media/file_source.hpp"

#include <fstream>
#include <future>

#include "tests/unit/chat_service_media/disk_trouble.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

class FileSourceTest : public ::testing::Test {
 protected:
  FileSourceTest() { std::ofstream(path_) << "0123456789"; }
  std::shared_ptr<FileSource> open(Range part) {
    return std::make_shared<FileSource>(os::open(path_).value(), part, worker_);
  }

  testing::TemporaryFile place_;
  std::filesystem::path path_ = place_.directory() / "file";
  std::shared_ptr<Worker> worker_ = std::make_shared<Worker>();
};

TEST_F(FileSourceTest, GivesItsPartInPieces) {
  const auto source = open({2, 7});
  EXPECT_EQ(source->size(), 7u);
  EXPECT_EQ(read_piece(*source, 3), "234");
  EXPECT_EQ(read_piece(*source, 3), "567");
  EXPECT_EQ(read_piece(*source, 3), "8");
}

TEST_F(FileSourceTest, FailsWhereTheFileEndsTooEarly) {
  const auto source = open({5, 7});
  EXPECT_EQ(read_piece(*source, 5), "56789");
  EXPECT_EQ(read_piece(*source, 2), "");
}

TEST_F(FileSourceTest, WhoAsksDoesNotWait) {
  const auto one = open({0, 10}), two = open({5, 5});
  BusyWorker disk(*worker_);
  std::promise<std::string> first, second;
  one->read(4, [&](std::string bytes) { first.set_value(std::move(bytes)); });
  two->read(5, [&](std::string bytes) { second.set_value(std::move(bytes)); });
  auto answer = first.get_future();
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  disk.release();
  EXPECT_EQ(answer.get(), "0123");
  EXPECT_EQ(second.get_future().get(), "56789");
}

TEST_F(FileSourceTest, APieceThatNobodyWantsAnyMoreIsNotRead) {
  auto source = open({0, 10});
  BusyWorker disk(*worker_);
  bool was_read = false;
  source->read(4, [&](std::string) { was_read = true; });
  source.reset();
  std::promise<void> behind;
  worker_->run([&] { behind.set_value(); });
  disk.release();
  behind.get_future().wait();
  EXPECT_FALSE(was_read);
}

TEST_F(FileSourceTest, FailsBehindTheWorkersEnd) {
  const auto source = open({0, 10});
  worker_.reset();
  EXPECT_EQ(read_piece(*source, 4), "");
}

}  // namespace
}  // namespace parley::chat_service::media::test
