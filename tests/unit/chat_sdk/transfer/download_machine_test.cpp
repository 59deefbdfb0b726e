#include "chat_sdk/src/transfer/download_machine.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

using namespace std::chrono_literals;
using Machine = DownloadMachine;
using Place = DownloadMachine::Place;

constexpr const char* kTag = "\"one\"";

http::Response whole(std::uint64_t length, const std::string& tag = kTag) {
  http::Response head;
  head.headers = {{"Content-Length", std::to_string(length)}};
  if (!tag.empty()) head.headers.emplace_back("ETag", tag);
  return head;
}

http::Response part(const std::string& range, const std::string& tag = kTag) {
  http::Response head{.status = 206};
  if (!range.empty()) head.headers.emplace_back("Content-Range", range);
  if (!tag.empty()) head.headers.emplace_back("ETag", tag);
  return head;
}

http::Response status(int number) {
  http::Response answer;
  answer.status = number;
  return answer;
}

Error error(Errc code) { return {.code = code, .message = "no"}; }

class DownloadMachineTest : public ::testing::Test {
 protected:
  /// Asks for a link and gets it: the headers of the request.
  http::Fields get(const Machine::Step& step, std::uint64_t expected = 0) {
    EXPECT_TRUE(std::holds_alternative<Machine::AskLink>(step));
    const auto next = machine.on_link(expected);
    EXPECT_TRUE(std::holds_alternative<Machine::Get>(next));
    return std::get<Machine::Get>(next).headers;
  }
  static std::string range(const http::Fields& headers) {
    return std::string(http::find_header(headers, "Range").value_or(""));
  }
  static std::string condition(const http::Fields& headers) {
    return std::string(http::find_header(headers, "If-Range").value_or(""));
  }
  /// The first answer: so many bytes of a file of ten, then it breaks. The next request after the wait.
  http::Fields break_after(std::size_t bytes, const http::Response& head = whole(10)) {
    get(machine.start());
    EXPECT_EQ(machine.on_head(head).value(), Place::start);
    EXPECT_TRUE(machine.on_bytes(now, bytes));
    return get(wait(answer(error(Errc::outcome_unknown))));
  }
  Machine::Step answer(const Result<http::Response>& outcome) { return machine.on_answer(now, outcome, 0.5); }
  /// Lets the time of a wait pass.
  Machine::Step wait(const Machine::Step& step) {
    const auto* waiting = std::get_if<Machine::Wait>(&step);
    EXPECT_TRUE(waiting);
    if (!waiting) return step;
    waited = waiting->time;
    now += waited;
    return machine.on_waited();
  }
  static std::optional<std::uint64_t> finished(const Machine::Step& step) {
    const auto* end = std::get_if<Machine::Finished>(&step);
    return end ? std::optional(end->bytes) : std::nullopt;
  }
  static std::optional<Errc> failed(const Machine::Step& step) {
    const auto* end = std::get_if<Machine::Failed>(&step);
    return end ? std::optional(end->error.code) : std::nullopt;
  }

  TimePoint now{};
  Machine machine{30s, now};
  Duration waited{};
};

// asking

TEST_F(DownloadMachineTest, TheFirstRequestIsForTheWholeFile) {
  const auto headers = get(machine.start());
  EXPECT_EQ(range(headers), "");
  EXPECT_EQ(condition(headers), "");
}

TEST_F(DownloadMachineTest, ALinkThatCannotBeHadNowIsAskedForAgain) {
  machine.start();
  const auto step = machine.on_link_failed(now, error(Errc::unreachable), 0.5);
  EXPECT_TRUE(std::holds_alternative<Machine::AskLink>(wait(step)));
  EXPECT_EQ(waited, 250ms);
  for (const Errc code : {Errc::not_found, Errc::forbidden, Errc::protocol_error})
    EXPECT_EQ(failed(machine.on_link_failed(now, error(code), 0.5)), code);
}

TEST_F(DownloadMachineTest, WaitsAsLongAsTheServiceAsks) {
  machine.start();
  Error busy = error(Errc::too_many_requests);
  busy.retry_after = 7s;
  wait(machine.on_link_failed(now, busy, 0.5));
  EXPECT_EQ(waited, 7s);
}

TEST_F(DownloadMachineTest, AServiceThatAsksForMoreThanThePatienceIsNotAskedAgain) {
  machine.start();
  Error busy = error(Errc::too_many_requests);
  busy.retry_after = 30s;
  EXPECT_TRUE(std::holds_alternative<Machine::Wait>(machine.on_link_failed(now, busy, 0.5)));
  busy.retry_after = 30s + 1ms;
  const auto step = machine.on_link_failed(now, busy, 0.5);
  ASSERT_EQ(failed(step), Errc::too_many_requests);
  EXPECT_EQ(std::get<Machine::Failed>(step).error.retry_after, busy.retry_after);
}

// getting: the whole file

TEST_F(DownloadMachineTest, EndsWhenAllIsThere) {
  get(machine.start(), 10);
  EXPECT_EQ(machine.on_head(whole(10)).value(), Place::start);
  EXPECT_TRUE(machine.on_bytes(now, 4));
  EXPECT_TRUE(machine.on_bytes(now, 6));
  EXPECT_EQ(machine.total(), 10u);
  EXPECT_EQ(finished(answer(whole(10))), 10u);
}

TEST_F(DownloadMachineTest, AnEmptyFileIsAFile) {
  get(machine.start());
  EXPECT_EQ(machine.on_head(whole(0)).value(), Place::start);
  EXPECT_EQ(finished(answer(whole(0))), 0u);
}

TEST_F(DownloadMachineTest, WithoutALengthTheSizeThatWasToldCounts) {
  http::Response head;
  head.headers = {{"ETag", kTag}};
  get(machine.start(), 10);
  machine.on_head(head).value();
  EXPECT_TRUE(machine.on_bytes(now, 9));
  const auto headers = get(wait(answer(head)), 10);
  EXPECT_EQ(range(headers), "bytes=9-") << "it has ended too early";
}

TEST_F(DownloadMachineTest, RefusesAnotherSizeThanWasTold) {
  get(machine.start(), 10);
  const auto place = machine.on_head(whole(11));
  EXPECT_EQ(place.error().code, Errc::protocol_error);
  EXPECT_EQ(failed(answer(place.error())), Errc::protocol_error);
}

TEST_F(DownloadMachineTest, RefusesMoreBytesThanWereAnnounced) {
  get(machine.start());
  machine.on_head(whole(10)).value();
  EXPECT_TRUE(machine.on_bytes(now, 10));
  EXPECT_EQ(machine.on_bytes(now, 1).error().code, Errc::protocol_error);
}

TEST_F(DownloadMachineTest, RefusesAnswersThatAreNoFile) {
  get(machine.start());
  EXPECT_EQ(machine.on_head(status(204)).error().code, Errc::protocol_error);
  EXPECT_EQ(machine.on_head(part("bytes 0-9/10")).error().code, Errc::protocol_error)
      << "nobody asked for it";
}

TEST_F(DownloadMachineTest, ADiskThatIsFullEndsIt) {
  get(machine.start());
  EXPECT_EQ(failed(answer(error(Errc::storage_error))), Errc::storage_error);
}

// getting: after a break

TEST_F(DownloadMachineTest, GoesOnWhereItBroke) {
  const auto headers = break_after(4);
  EXPECT_EQ(range(headers), "bytes=4-");
  EXPECT_EQ(condition(headers), kTag);
  EXPECT_EQ(machine.on_head(part("bytes 4-9/10")).value(), Place::end);
  EXPECT_TRUE(machine.on_bytes(now, 6));
  EXPECT_EQ(finished(answer(part("bytes 4-9/10"))), 10u);
}

TEST_F(DownloadMachineTest, StartsOverWithoutAStrongTag) {
  for (const char* tag : {"", "W/\"one\"", "one", "\""}) {
    machine = Machine(30s, now);
    EXPECT_EQ(range(break_after(4, whole(10, tag))), "") << tag;
    EXPECT_EQ(machine.on_head(whole(10, tag)).value(), Place::start);
    EXPECT_EQ(machine.bytes(), 0u);
  }
}

TEST_F(DownloadMachineTest, StartsOverWhenTheServiceSendsAll) {
  break_after(4);
  EXPECT_EQ(machine.on_head(whole(12, "\"two\"")).value(), Place::start);
  EXPECT_TRUE(machine.on_bytes(now, 5));
  const auto headers = get(wait(answer(error(Errc::connection_lost))));
  EXPECT_EQ(range(headers), "bytes=5-");
  EXPECT_EQ(condition(headers), "\"two\"") << "of the file that is there now";
}

TEST_F(DownloadMachineTest, NeverPutsPartsOfTwoFilesTogether) {
  const std::pair<const char*, const char*> misfits[] = {{"bytes 4-9/10", "\"two\""},
                                                         {"bytes 4-9/10", ""},
                                                         {"bytes 4-9/10", "W/\"one\""},
                                                         {"bytes 3-9/10", kTag},
                                                         {"bytes 5-9/10", kTag},
                                                         {"bytes 4-8/10", kTag},
                                                         {"bytes 4-10/11", kTag},
                                                         {"bytes 4-9/*", kTag},
                                                         {"bytes */10", kTag},
                                                         {"bytes 9-4/10", kTag},
                                                         {"bytes 4-99999999999999999999/10", kTag},
                                                         {"4-9/10", kTag},
                                                         {"bytes 4-9/10 ,", kTag},
                                                         {"", kTag}};
  for (const auto& [content_range, tag] : misfits) {
    machine = Machine(30s, now);
    break_after(4);
    const auto place = machine.on_head(part(content_range, tag));
    ASSERT_FALSE(place) << content_range << tag;
    const auto headers = get(answer(place.error()));
    EXPECT_EQ(range(headers), "") << content_range << tag;
    EXPECT_EQ(machine.on_head(whole(10, "\"two\"")).value(), Place::start);
    EXPECT_EQ(machine.bytes(), 0u);
  }
}

TEST_F(DownloadMachineTest, DoesNotTrustRangesAgainThatDidNotFit) {
  break_after(4);
  get(answer(machine.on_head(part("bytes 0-9/10")).error()));
  machine.on_head(whole(10)).value();
  EXPECT_TRUE(machine.on_bytes(now, 5));
  EXPECT_EQ(range(get(wait(answer(error(Errc::timed_out))))), "");
}

TEST_F(DownloadMachineTest, StartsOverWhenThereIsNoSuchRange) {
  break_after(4);
  EXPECT_EQ(range(get(answer(status(416)))), "");
  EXPECT_TRUE(failed(answer(status(416)))) << "nobody asked for a range";
}

TEST_F(DownloadMachineTest, ABreakBehindTheLastByteIsNone) {
  get(machine.start());
  machine.on_head(whole(10)).value();
  EXPECT_TRUE(machine.on_bytes(now, 10));
  EXPECT_EQ(finished(answer(error(Errc::outcome_unknown))), 10u);
}

// getting: refusals

TEST_F(DownloadMachineTest, ALinkThatIsRefusedIsAskedForOnce) {
  for (const int refusal : {400, 401, 403, 410}) {
    machine = Machine(30s, now);
    get(machine.start());
    const auto step = answer(status(refusal));
    ASSERT_TRUE(std::holds_alternative<Machine::AskLink>(step)) << refusal;
    EXPECT_TRUE(std::get<Machine::AskLink>(step).refused);
    get(step);
    EXPECT_TRUE(failed(answer(status(refusal)))) << refusal;
  }
}

TEST_F(DownloadMachineTest, ALinkMayExpireAgainOnceBytesHaveCome) {
  get(machine.start());
  get(answer(status(403)));
  machine.on_head(whole(10)).value();
  EXPECT_TRUE(machine.on_bytes(now, 4));
  get(wait(answer(error(Errc::connection_lost))));
  const auto headers = get(answer(status(403)));
  EXPECT_EQ(range(headers), "bytes=4-") << "what is there stays";
}

TEST_F(DownloadMachineTest, WhatIsGoneIsGone) {
  get(machine.start());
  EXPECT_EQ(failed(answer(status(404))), Errc::not_found);
}

TEST_F(DownloadMachineTest, AServiceThatFailsIsAskedAgain) {
  get(machine.start());
  for (const int failure : {500, 502, 503, 429}) get(wait(answer(status(failure))));
}

// waiting

TEST_F(DownloadMachineTest, WaitsLongerEachTimeAndNotAfterProgress) {
  break_after(4);
  EXPECT_EQ(waited, 250ms);
  get(wait(answer(error(Errc::unreachable))));
  EXPECT_EQ(waited, 500ms);
  get(wait(answer(error(Errc::unreachable))));
  EXPECT_EQ(waited, 1s);
  machine.on_head(part("bytes 4-9/10")).value();
  EXPECT_TRUE(machine.on_bytes(now, 1));
  get(wait(answer(error(Errc::connection_lost))));
  EXPECT_EQ(waited, 250ms);
}

TEST_F(DownloadMachineTest, IsGivenUpWithoutProgressForSoLong) {
  Machine::Step step = machine.start();
  int tries = 0;
  for (; !failed(step); ++tries) {
    ASSERT_LT(tries, 20);
    get(step);
    step = answer(error(Errc::outcome_unknown));
    if (!failed(step)) step = wait(step);
  }
  EXPECT_EQ(failed(step), Errc::connection_lost) << "a GET has changed nothing";
  EXPECT_EQ(now - TimePoint{}, 30s) << "the last try is at the end";
  EXPECT_GE(tries, 7);
}

TEST_F(DownloadMachineTest, BytesThatWereThereBeforeAreNoProgress) {
  Machine::Step step = machine.start();
  int tries = 0;
  for (; !failed(step); ++tries) {
    ASSERT_LT(tries, 20);
    get(step);
    machine.on_head(whole(10, "")).value();
    ASSERT_TRUE(machine.on_bytes(now, 5));
    step = answer(error(Errc::connection_lost));
    if (!failed(step)) step = wait(step);
  }
  EXPECT_EQ(now - TimePoint{}, 30s);
}

TEST_F(DownloadMachineTest, IsGivenUpWhileOldBytesKeepComing) {
  break_after(5, whole(10, ""));
  machine.on_head(whole(10, "")).value();
  now = TimePoint{} + 30s;
  EXPECT_TRUE(machine.on_bytes(now, 1));
  now += 1ms;
  const auto outcome = machine.on_bytes(now, 1);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::timed_out);
  EXPECT_EQ(failed(answer(outcome.error())), Errc::timed_out);
}

TEST_F(DownloadMachineTest, ANewByteIsProgressHoweverLate) {
  break_after(5, whole(10, ""));
  machine.on_head(whole(10, "")).value();
  now = TimePoint{} + 31s;
  EXPECT_TRUE(machine.on_bytes(now, 6));
}

TEST_F(DownloadMachineTest, OneTryIsNotAllOfThePatience) {
  machine.start();
  EXPECT_EQ(std::get<Machine::Get>(machine.on_link(0)).silence, 15s);
  Machine hasty(Duration(1), now);
  hasty.start();
  EXPECT_GE(std::get<Machine::Get>(hasty.on_link(0)).silence, 1ms);
}

}  // namespace
}  // namespace parley::detail
