#include "common/base/log_lines.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>

namespace parley {
namespace {

/// A pipe with a FILE at its end.
class LogLinesTest : public ::testing::Test {
 protected:
  LogLinesTest() {
    EXPECT_EQ(pipe(ends_), 0);
    out_ = fdopen(ends_[1], "w");
  }
  ~LogLinesTest() override {
    if (out_) fclose(out_);
    close(ends_[0]);
  }

  /// Other lines may follow in the same breath.
  std::string read_until(const std::string& end) {
    std::string text;
    char buffer[4096];
    while (text.find(end) == text.npos) {
      const auto count = read(ends_[0], buffer, sizeof buffer);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

  int ends_[2]{};
  std::FILE* out_ = nullptr;
};

TEST_F(LogLinesTest, WritesLinesInTheirOrder) {
  LogLines lines(out_);
  lines.add("first");
  lines.add("second");
  lines.flush();
  EXPECT_EQ(read_until("second\n"), "first\nsecond\n");
}

TEST_F(LogLinesTest, WritesWithoutBeingAskedAndAtItsEnd) {
  {
    LogLines lines(out_);
    lines.add("soon");
    EXPECT_EQ(read_until("soon\n"), "soon\n");
    lines.add("last");
  }
  EXPECT_EQ(read_until("last\n"), "last\n");
}

// Nobody reads while the lines are added; then somebody reads all there is. How often lines were dropped
// meanwhile depends on the machine.
TEST_F(LogLinesTest, DropsLinesInsteadOfWaitingForAReaderAndSaysHowMany) {
  std::string text;
  std::thread reader;
  {
    LogLines lines(out_);
    const std::string line(1000, 'x');
    for (int i = 0; i < 5000; ++i) lines.add(line);
    lines.flush();
    reader = std::thread([&] { text = read_until("nothing ends it but the end"); });
  }
  fclose(std::exchange(out_, nullptr));
  reader.join();
  EXPECT_LT(text.size(), 2'500'000u);
  EXPECT_NE(text.find("\"dropped\":"), text.npos);
}

}  // namespace
}  // namespace parley
