#include "chat_sdk/src/connection/log_line.hpp"

#include <gtest/gtest.h>

#include "chat_sdk/src/connection/context.hpp"
#include "common/base/random.hpp"

namespace parley::detail {
namespace {

TEST(LogLine, IsKeysAndValues) {
  LogLine line("request");
  line.add("method", "GET").add("path", "/v1/Users/*").add("bytes", std::uint64_t(12));
  line.add("ms", Duration(std::chrono::microseconds(2'900)));
  EXPECT_EQ(line.text(), "event=request method=GET path=/v1/Users/* bytes=12 ms=2");
}

TEST(LogLine, QuotesWhatHasOtherCharacters) {
  EXPECT_EQ(LogLine("e").add("a", "two words").text(), R"(event=e a="two words")");
  EXPECT_EQ(LogLine("e").add("a", "").text(), R"(event=e a="")");
  EXPECT_EQ(LogLine("e").add("a", "x=\"1\"\\").text(), R"(event=e a="x=\"1\"\\")");
}

TEST(LogLine, StaysOneLine) {
  EXPECT_EQ(LogLine("e").add("a", "one\ntwo\r\x1b[2J\x7f").text(), "event=e a=\"one two  [2J \"");
}

TEST(LogLine, CutsQueriesOfUrls) {
  EXPECT_EQ(LogLine("e").add("a", "see https://host/x?token=secret&b=c for more").text(),
            R"(event=e a="see https://host/x? for more")");
  EXPECT_EQ(LogLine("e").add("a", "'http://h/?a=b', then http://i/?c").text(),
            R"(event=e a="'http://h/?', then http://i/?")");
  EXPECT_EQ(LogLine("e").add("a", "why? because").text(), R"(event=e a="why? because")");
}

TEST(LogLine, OfAnErrorItSaysWhatIsOurs) {
  Error error{.code = Errc::forbidden, .message = "not allowed", .http_status = 403, .server_code = 50400};
  error.server_text = "alice may not";
  EXPECT_EQ(LogLine("e").add(error).text(),
            R"(event=e code=forbidden status=403 server_code=50400 message="not allowed")");
  EXPECT_EQ(LogLine("e").add_code(error).text(), "event=e code=forbidden status=403 server_code=50400");
}

TEST(LogLine, WhatAFunctionOfTheUsersThrewIsCutOff) {
  const Error error{.code = Errc::unreachable, .message = "the token source threw: the secret is: 1"};
  EXPECT_EQ(LogLine("e").add(error).text(), R"(event=e code=unreachable message="the token source threw")");
}

TEST(LogLine, IsNotMadeWhereNobodyReadsIt) {
  SeededRandom random{1};
  Context context{.random = random, .emit = [](const Event&) {}};
  context.tell(LogLevel::debug, "e", [](LogLine&) { ADD_FAILURE(); });
  std::string heard;
  context.log = [&heard](LogLevel level, std::string_view line) {
    EXPECT_EQ(level, LogLevel::info);
    heard = line;
  };
  context.tell(LogLevel::info, "e", [](LogLine& line) { line.add("a", "b"); });
  EXPECT_EQ(heard, "event=e a=b");
}

}  // namespace
}  // namespace parley::detail
