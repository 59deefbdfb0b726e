#include "chat_service/src/media/blob_pipe.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "common/base/crypto.hpp"
#include "common/base/limits.hpp"
#include "common/base/random.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/chat_service_media/disk_trouble.hpp"

namespace parley::chat_service::media::test {
namespace {

const std::string kMuch(limits::kMediaWaitingBytes + 1, 'x');

class BlobPipeTest : public ::testing::Test {
 protected:
  BlobPipe open() { return {blobs_->begin(), worker_}; }

  static Result<void> finish(BlobPipe& pipe) {
    std::promise<Result<void>> done;
    pipe.finish([&](Result<void> written) { done.set_value(std::move(written)); });
    return done.get_future().get();
  }

  void all_jobs_ran() {
    std::promise<void> done;
    worker_->run([&] { done.set_value(); });
    done.get_future().get();
  }
  std::vector<std::string> incoming() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(blobs_->directory() + "/incoming"))
      names.push_back(entry.path().filename());
    return names;
  }

  testing::TemporaryFile place_;
  SeededRandom random_{1};
  std::unique_ptr<Blobs> blobs_ = Blobs::open(place_.directory().string() + "/media", random_).value();
  std::shared_ptr<Worker> worker_ = std::make_shared<Worker>();
};

TEST_F(BlobPipeTest, WritesAllOfItInOrder) {
  auto pipe = open();
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece = std::to_string(i) + std::string(static_cast<std::size_t>(i), '.');
    all += piece;
    ASSERT_TRUE(pipe.write(piece));
  }
  EXPECT_EQ(pipe.size(), all.size());
  ASSERT_TRUE(finish(pipe));
  EXPECT_EQ(pipe.writer().hash(), sha256_hex(all));
  ASSERT_TRUE(pipe.writer().seal());
  const auto file = blobs_->find(pipe.writer().hash(), all.size());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size().value(), all.size());
}

TEST_F(BlobPipeTest, HoldsBackWhileMuchWaitsForTheDisk) {
  auto pipe = open();
  BusyWorker disk(*worker_);
  ASSERT_TRUE(pipe.write(kMuch.substr(1)));
  EXPECT_FALSE(pipe.holds_back([] { FAIL(); }));
  ASSERT_TRUE(pipe.write("x"));
  std::promise<void> ready;
  EXPECT_TRUE(pipe.holds_back([&] { ready.set_value(); }));
  auto told = ready.get_future();
  EXPECT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  disk.release();
  told.get();
  EXPECT_FALSE(pipe.holds_back([] { FAIL(); }));
  EXPECT_TRUE(finish(pipe));
  EXPECT_EQ(pipe.writer().hash(), sha256_hex(kMuch));
}

TEST_F(BlobPipeTest, WhatHasNotBegunIsNotWrittenWhenNobodyWantsIt) {
  BusyWorker disk(*worker_);
  {
    BlobPipe pipe(blobs_->begin(), worker_);
    ASSERT_TRUE(pipe.write(kMuch));
    EXPECT_TRUE(pipe.holds_back([] { FAIL(); }));
  }
  disk.release();
  all_jobs_ran();
  EXPECT_TRUE(incoming().empty());
}

TEST_F(BlobPipeTest, TheWorkerTakesAwayWhatNobodyWants) {
  std::optional<BlobPipe> pipe(std::in_place, blobs_->begin(), worker_);
  ASSERT_TRUE(pipe->write("bytes"));
  all_jobs_ran();
  EXPECT_EQ(incoming().size(), 1u);
  BusyWorker disk(*worker_);
  pipe.reset();
  EXPECT_EQ(incoming().size(), 1u) << "whoever gives it up does not wait for the disk";
  disk.release();
  all_jobs_ran();
  EXPECT_TRUE(incoming().empty());
}

TEST_F(BlobPipeTest, NothingAtAllIsAFileToo) {
  auto pipe = open();
  ASSERT_TRUE(finish(pipe));
  ASSERT_TRUE(pipe.writer().seal());
  EXPECT_TRUE(blobs_->find(sha256_hex(""), 0));
}

TEST_F(BlobPipeTest, AFailureIsToldToWhoeverWritesOn) {
  const SmallDisk disk(500);
  auto pipe = open();
  ASSERT_TRUE(pipe.write(std::string(501, 'x')));
  all_jobs_ran();
  const auto more = pipe.write("x");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().http_status, 507);
  EXPECT_EQ(pipe.size(), 501u);
  EXPECT_FALSE(pipe.holds_back([] { FAIL(); }));
  const auto written = finish(pipe);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().http_status, 507);
}

TEST_F(BlobPipeTest, AfterTheWorkersEndNobodyIsCalledBack) {
  auto pipe = open();
  worker_.reset();
  EXPECT_TRUE(pipe.write(kMuch));
  pipe.finish([](Result<void>) { FAIL(); });
}

}  // namespace
}  // namespace parley::chat_service::media::test
