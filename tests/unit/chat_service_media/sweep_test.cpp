#include "chat_service/src/media/sweep.hpp"

#include <fstream>

#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/scope.hpp"
#include "common/base/crypto.hpp"
#include "common/storage/database.hpp"
#include "tests/unit/chat_service_media/media_fixture.hpp"

namespace parley::chat_service::media::test {
namespace {

class SweepTest : public MediaTest {
 protected:
  void plant(const std::string& bytes) {
    const auto path = blob_path(api_->directory(), sha256_hex(bytes));
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << bytes;
  }
  bool is_here(const std::string& bytes) const {
    return std::filesystem::exists(blob_path(api_->directory(), sha256_hex(bytes)));
  }
  void forget_rows() { ASSERT_TRUE(driver_.database().run("DELETE FROM media")); }
};

TEST_F(SweepTest, RemovesFilesWithoutARow) {
  for (int i = 0; i < 50; ++i) plant("orphan " + std::to_string(i));
  const json::Value made = uploaded("alice", "kept");
  tidy();
  EXPECT_EQ(files().size(), 1u);
  EXPECT_EQ(body_of(get_content(made)), "kept");
  EXPECT_EQ(api_->counters().blobs_removed, 50u);
}

TEST_F(SweepTest, RunsAtTheStart) {
  plant("orphan");
  restart();
  EXPECT_FALSE(is_here("orphan"));
}

TEST_F(SweepTest, KeepsAFileUntilItsLastRowIsGone) {
  const json::Value one = uploaded("alice", "same");
  uploaded("bob", "same");
  ASSERT_TRUE(driver_.database().run("DELETE FROM media WHERE sid = ?", one.at("sid").get<std::string>()));
  tidy();
  EXPECT_TRUE(is_here("same"));
  forget_rows();
  tidy();
  EXPECT_FALSE(is_here("same"));
}

TEST_F(SweepTest, RemovesUploadsThatNobodyAttachedInTime) {
  uploaded("alice", "old");
  driver_.advance(std::chrono::hours(23));
  uploaded("alice", "new");
  tidy();
  EXPECT_TRUE(is_here("old"));
  driver_.advance(std::chrono::hours(2));
  tidy();
  EXPECT_FALSE(is_here("old"));
  EXPECT_TRUE(is_here("new"));
}

TEST_F(SweepTest, KeepsWhatAMessageNames) {
  testing::TestClient alice(driver_, "alice");
  const json::Value made = uploaded("alice", "sent");
  const json::Value room = alice.make_room();
  ASSERT_EQ(alice.post(room.at("links").at("messages").get<std::string>(), {{"media_sids", {made.at("sid")}}})
                .status,
            201);
  driver_.advance(std::chrono::hours(100));
  tidy();
  EXPECT_TRUE(is_here("sent"));
  ASSERT_TRUE(driver_.database().run("DELETE FROM conversations"));
  tidy();
  EXPECT_FALSE(is_here("sent"));
}

TEST_F(SweepTest, LeavesAFileWhoseRowsRemovalWasNotCommitted) {
  const json::Value made = uploaded("alice", "bytes");
  driver_.flush_by_itself(false);
  flush_by_itself_ = false;
  driver_.core().perform(
      {},
      [&](Scope& scope) -> Result<Answer> {
        scope.tables.media.remove_unattached_before(scope.now + 1, 10);
        return Answer{};
      },
      [](http::Response) {}, driver_.now(), driver_.wall_now());
  api_->tidy();
  bool committed = false;
  driver_.database().on_commit([&] { return std::exchange(committed, true); });
  while (api_->counters().rounds < 2) {
    ASSERT_TRUE(posted_.run_one());
    if (driver_.core().needs_flush()) driver_.flush();
  }
  flush_by_itself_ = true;
  EXPECT_TRUE(is_here("bytes"));
  EXPECT_EQ(body_of(get_content(made)), "bytes");
}

// Whatever order the steps of an upload and of a round come in, an upload that was answered keeps its file.
TEST_F(SweepTest, NeverTakesTheFileOfAnUploadOnItsWay) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    plant("raced");
    flush_by_itself_ = false;
    driver_.flush_by_itself(false);
    auto decision = api_->on_body(make("POST", media_url(), {.headers = {{"Content-Type", "a/b"}}}), 5);
    auto& sink = *std::get<std::unique_ptr<net::BodySink>>(decision);
    ASSERT_FALSE(sink.write("raced"));
    std::optional<http::Response> answer;
    const auto rounds = api_->counters().rounds;
    const std::uint64_t upload_at = random.below(300);
    api_->tidy();
    const auto round_ended = [&] { return api_->counters().rounds > rounds; };
    bool finished = false;
    for (std::uint64_t step = 0; !answer || !round_ended(); ++step) {
      if (!finished && (step >= upload_at || round_ended())) {
        finished = true;
        sink.finish([&](http::Response response) { answer = std::move(response); });
      }
      const bool held = driver_.core().needs_flush();
      if (held && random.below(3) == 0)
        driver_.flush();
      else if (posted_.run_one_that_is_ready())
        continue;
      else if (held)
        driver_.flush();
      else
        ASSERT_TRUE(posted_.run_one()) << seed;
    }
    flush_by_itself_ = true;
    ASSERT_EQ(answer->status, 201);
    ASSERT_EQ(body_of(get_content(json_of(*answer))), "raced") << seed;
    forget_rows();
    tidy();
    ASSERT_FALSE(is_here("raced"));
  }
}

}  // namespace
}  // namespace parley::chat_service::media::test
