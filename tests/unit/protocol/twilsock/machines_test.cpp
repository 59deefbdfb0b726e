#include <gtest/gtest.h>

#include "common/base/random.hpp"
#include "common/protocol/twilsock/client_machine.hpp"
#include "common/protocol/twilsock/server_machine.hpp"

namespace parley::twilsock {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Result<Principal> anybody(std::string_view token, WallTime now) {
  return Principal{std::string(token), "AC1", "IS1", "", now + std::chrono::hours(1)};
}

// Client and server joined by a pipe that a seeded hand cuts, on virtual time. The server answers every
// request with its own body and remembers which mutation it has seen.
class Pipe {
 public:
  explicit Pipe(std::uint64_t seed) : random_(seed) {
    client.set_token("alice", now_);
    client.connect(now_);
  }

  void run(Duration time) {
    for (const auto until = now_ + time; now_ < until;) {
      now_ += milliseconds(10);
      if (server_ && !calm && random_.below(400) == 0) cut();
      client.on_time(now_);
      if (server_) server_->on_time(now_);
      shuttle();
    }
  }

  RequestId ask(int number) {
    const auto id = client.send({"host",
                                 {"POST", "/echo", {}, {}, std::to_string(number)},
                                 std::chrono::hours(1),
                                 /*repeatable=*/true},
                                now_);
    asked[id] = std::to_string(number);
    return id;
  }

  std::map<RequestId, std::string> asked;
  std::map<RequestId, Result<http::Response>> outcomes;
  std::map<std::string, int> handled;
  int cuts = 0;
  bool calm = false;  ///< no more cuts by themselves

  SeededRandom random_;
  ClientMachine client{ClientSettings{}, random_};

 private:
  void cut() {
    ++cuts;
    server_.reset();
    client.on_closed({.code = Errc::connection_lost, .message = "cut"}, now_);
  }

  void shuttle() {
    for (bool busy = true; busy;) {
      busy = false;
      while (auto action = client.next()) busy = true, on_client(std::move(*action));
      while (auto action = server_ ? server_->next() : std::nullopt)
        busy = true, on_server(std::move(*action));
    }
  }

  void on_client(ClientAction action) {
    if (std::holds_alternative<Open>(action)) {
      server_ = std::make_unique<ServerMachine>(settings_, anybody, random_);
      server_->on_open(now_);
      client.on_open(now_);
    } else if (auto* bytes = std::get_if<SendBytes>(&action)) {
      if (server_) server_->on_message(bytes->bytes, now_, WallTime{});
    } else if (std::holds_alternative<DropStream>(action)) {
      server_.reset();
    } else if (auto* done = std::get_if<RequestDone>(&action)) {
      outcomes.emplace(done->id, done->outcome);
    }
  }

  void on_server(ServerAction action) {
    if (auto* frame = std::get_if<SendFrame>(&action)) {
      client.on_message(*frame->frame, now_);
    } else if (auto* request = std::get_if<RequestReceived>(&action)) {
      ++handled[request->request.body];
      // Some connections die between the deed and the answer.
      if (!calm && random_.below(20) == 0) return cut();
      server_->respond(request->id, {200, {}, request->request.body});
    }
  }

  TimePoint now_{};
  ServerSettings settings_{.continuation_secret = "s"};
  std::unique_ptr<ServerMachine> server_;
};

TEST(TwilsockMachines, EveryRepeatableRequestIsAnsweredOnceOverAFlappingPipe) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Pipe pipe(seed);
    for (int number = 0; number < 40; ++number) {
      pipe.ask(number);
      pipe.run(milliseconds(100 * pipe.random_.below(10)));
    }
    pipe.calm = true;
    pipe.run(seconds(300));
    ASSERT_EQ(pipe.outcomes.size(), pipe.asked.size());
    for (const auto& [id, body] : pipe.asked) {
      const auto& outcome = pipe.outcomes.at(id);
      ASSERT_TRUE(outcome) << outcome.error().to_string();
      EXPECT_EQ(outcome->body, body);
      EXPECT_GE(pipe.handled[body], 1);
    }
    EXPECT_GT(pipe.cuts, 0) << "a run without a cut proves nothing";
  }
}

}  // namespace
}  // namespace parley::twilsock
