#include "tests/unit/chat_sdk/model/outbox_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

// uploading

class OutboxWithFiles : public OutboxTest {
 protected:
  static NewMessage with_files(int count) {
    NewMessage message("look");
    for (int i = 0; i < count; ++i) message.files.push_back(NewFile::from_bytes("bytes", "a.txt"));
    return message;
  }
  /// The file that is to be uploaded now; fails the test if there is none.
  std::size_t wanted_file() {
    const auto action = outbox.next();
    const auto* wanted = action ? std::get_if<UploadFile>(&*action) : nullptr;
    EXPECT_TRUE(wanted);
    if (wanted) upload = wanted->upload;
    return wanted ? wanted->file : 99;
  }
  void uploaded(const std::string& id, Result<std::string> sid) {
    outbox.on_uploaded(id, upload, std::move(sid));
  }
  bool stopped() {
    const auto action = outbox.next();
    const auto* stop = action ? std::get_if<StopUpload>(&*action) : nullptr;
    return stop && stop->upload == upload;
  }

  std::uint64_t upload = 0;  ///< the newest one
};

TEST_F(OutboxWithFiles, FilesGoFirstOneAfterTheOtherAndInOrder) {
  const auto id = submit(with_files(2));
  submit("two");
  EXPECT_EQ(outbox.outgoing("CH1")[0].files, (std::vector<std::string>{"a.txt", "a.txt"}));
  EXPECT_EQ(wanted_file(), 0u);
  EXPECT_FALSE(outbox.next());
  uploaded(id, std::string("ME1"));
  EXPECT_EQ(wanted_file(), 1u);
  EXPECT_EQ(rest.waiting(), 0u) << "the text behind waits, too";
  uploaded(id, std::string("ME2"));
  EXPECT_NE(rest.request(kPost).body.find(R"(["ME1","ME2"])"), std::string::npos);
}

TEST_F(OutboxWithFiles, OnlyWhatIsNotThereIsUploadedAgain) {
  const auto id = submit(with_files(2));
  wanted_file();
  uploaded(id, std::string("ME1"));
  wanted_file();
  uploaded(id, error(Errc::unreachable));
  pass(2s);
  EXPECT_EQ(wanted_file(), 1u);
  uploaded(id, std::string("ME2"));
  rest.fail(kPost, error(Errc::outcome_unknown));
  pass(2s);
  EXPECT_TRUE(rest.waits(kPost)) << "only the message is repeated";
  EXPECT_FALSE(outbox.next());
}

TEST_F(OutboxWithFiles, WhatAProxyAnswersIsNoWordOfTheService) {
  const auto id = submit(with_files(1));
  for (const auto& [code, status] : {std::pair{Errc::proxy_failed, 407},
                                     {Errc::proxy_failed, 403},
                                     {Errc::tls_failed, 0},
                                     {Errc::unresolved, 0}})
    for (int times = 0; times < 10; ++times) {
      wanted_file();
      Error on_the_way = error(code);
      on_the_way.http_status = status;
      uploaded(id, on_the_way);
      EXPECT_FALSE(outcomes[0]) << to_string(code);
      pass(3min);
    }
}

TEST_F(OutboxWithFiles, AFileThatIsRefusedEndsTheMessageAndNobodySeesIt) {
  const auto id = submit(with_files(1));
  wanted_file();
  uploaded(id, error(Errc::limit_exceeded, 413));
  EXPECT_EQ(code(0), Errc::limit_exceeded);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(OutboxWithFiles, AFileThatIsTooLargeIsSoEveryTime) {
  const auto id = submit(with_files(1));
  wanted_file();
  uploaded(id, error(Errc::limit_exceeded));
  EXPECT_EQ(code(0), Errc::limit_exceeded);
  EXPECT_FALSE(outbox.next());
}

TEST_F(OutboxWithFiles, AFileThatIsNothingIsRefusedAtOnce) {
  NewMessage message("text");
  message.files = {NewFile::from_bytes("", "empty.txt"), NewFile{}};
  submit(message);
  EXPECT_EQ(code(0), Errc::invalid_argument);
  EXPECT_NE(outcomes[0]->error().message.find("files[1]"), std::string::npos);
}

TEST_F(OutboxWithFiles, ACancelledUploadIsStopped) {
  const auto id = submit(with_files(1));
  wanted_file();
  outbox.cancel(id);
  EXPECT_TRUE(stopped());
  uploaded(id, std::string("ME1"));
  EXPECT_EQ(rest.waiting(), 0u);
  EXPECT_EQ(code(0), Errc::cancelled);
}

TEST_F(OutboxWithFiles, ADenialStopsTheUploadAndItsLateAnswerCountsForNothing) {
  const auto id = submit(with_files(2));
  wanted_file();
  const auto old = upload;
  outbox.on_given_up(error(Errc::denied), /*final=*/true);
  EXPECT_TRUE(stopped());
  outbox.on_ready();
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  EXPECT_EQ(wanted_file(), 0u);
  outbox.on_uploaded(id, old, std::string("MEold"));
  EXPECT_FALSE(outbox.next());
  uploaded(id, std::string("ME1"));
  EXPECT_EQ(wanted_file(), 1u);
}

TEST_F(OutboxWithFiles, WhatWasUploadedForARefusedMessageIsUploadedAgain) {
  const auto id = submit(with_files(1));
  wanted_file();
  uploaded(id, std::string("ME1"));
  rest.fail(kPost, error(Errc::forbidden));
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  EXPECT_EQ(wanted_file(), 0u) << "the service may have removed it";
}

TEST_F(OutboxWithFiles, TheEndOfLifeStopsAnUpload) {
  submit(with_files(1));
  wanted_file();
  pass(24h);
  EXPECT_TRUE(stopped());
  EXPECT_EQ(code(0), Errc::timed_out);
}

}  // namespace
}  // namespace parley::detail
