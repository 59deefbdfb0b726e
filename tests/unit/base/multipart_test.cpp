#include "common/base/multipart.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "common/base/limits.hpp"

namespace parley::http {
namespace {

struct SeenPart {
  Part part;
  std::string data;
};

class Collector final : public PartHandler {
 public:
  Result<void> on_part(const Part& part) override {
    parts.push_back({part, ""});
    return {};
  }
  Result<void> on_data(std::string_view bytes) override {
    EXPECT_FALSE(bytes.empty());
    parts.back().data += bytes;
    return {};
  }
  std::vector<SeenPart> parts;
};

struct Outcome {
  std::vector<SeenPart> parts;
  bool complete = false;
  std::string error;
};

Outcome read(std::string_view form, std::size_t piece, std::string_view boundary = "b") {
  MultipartReader reader(boundary);
  Collector collector;
  for (std::size_t at = 0; at < form.size(); at += piece) {
    const auto fed = reader.feed(form.substr(at, piece), collector);
    if (!fed) return {collector.parts, false, fed.error().message};
  }
  return {collector.parts, reader.complete(), ""};
}

const std::string kFile =
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
    "Content-Type: image/png\r\n\r\n";

TEST(MultipartReader, ReadsAPartWhereverItIsCut) {
  const std::string data = "\r\n--\r\n-\r\r\n--a\r\n--bx--b";
  const std::string text = "preamble\r\n" + kFile.substr(0, kFile.size()) + "one\r\n--b\r\n" +
                           "Content-Disposition: form-data; name=note\r\n\r\n" + "\r\n--a" +
                           "\r\n--b--\r\nepilogue";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Outcome outcome = read(text, piece);
    ASSERT_EQ(outcome.error, "") << piece;
    ASSERT_TRUE(outcome.complete) << piece;
    ASSERT_EQ(outcome.parts.size(), 2u) << piece;
    EXPECT_EQ(outcome.parts[0].part.name, "file");
    EXPECT_EQ(outcome.parts[0].part.filename, "a.png");
    EXPECT_EQ(outcome.parts[0].part.content_type, "image/png");
    EXPECT_EQ(outcome.parts[0].data, "one");
    EXPECT_EQ(outcome.parts[1].part.name, "note");
    EXPECT_EQ(outcome.parts[1].part.filename, std::nullopt);
    EXPECT_EQ(outcome.parts[1].data, "\r\n--a");
  }
}

TEST(MultipartReader, LeavesDataAloneThatLooksNearlyLikeABoundary) {
  const std::string data = "\r\n--B\r\n-b\r\r\n--\r\n--a\n--b--b\r\n-";
  const std::string text = kFile + data + "\r\n--b--";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Outcome outcome = read(text, piece);
    ASSERT_TRUE(outcome.complete) << piece;
    EXPECT_EQ(outcome.parts.at(0).data, data) << piece;
  }
}

TEST(MultipartReader, ReadsEmptyFilesAndHeaders) {
  const std::string text = kFile + "\r\n--b \t\r\n\r\ntext\r\n--b--\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Outcome outcome = read(text, piece);
    ASSERT_TRUE(outcome.complete) << piece << outcome.error;
    ASSERT_EQ(outcome.parts.size(), 2u);
    EXPECT_EQ(outcome.parts[0].data, "");
    EXPECT_EQ(outcome.parts[1].data, "text");
    EXPECT_EQ(outcome.parts[1].part.filename, std::nullopt);
  }
}

TEST(MultipartReader, UnderstandsTheNamesThatBrowsersAndLibrariesSend) {
  const std::vector<std::pair<std::string, std::optional<std::string>>> cases = {
      {R"(form-data; name="f"; filename="a b.txt")", "a b.txt"},
      {R"(form-data; name="f"; filename="say %22hi%22.txt")", "say \"hi\".txt"},
      {R"(form-data; name="f"; filename="say \"hi\".txt")", "say \"hi\".txt"},
      {R"(form-data; name="f"; filename="C:\dir\a.txt")", "C:\\dir\\a.txt"},
      {R"(form-data; name="f"; filename="a%0D%0Ab")", "a\r\nb"},
      {R"(form-data; name="f"; filename="gr)"
       "\xC3\xBC"
       R"(n.txt")",
       "gr\xC3\xBCn.txt"},
      {R"(form-data; name="f"; filename="x"; filename*=UTF-8''gr%C3%BCn.txt)", "gr\xC3\xBCn.txt"},
      {R"(form-data; name="f"; filename="x"; filename*=latin1''y)", "x"},
      {R"(FORM-DATA; NAME=f; FileName=plain.txt ; )", "plain.txt"},
      {R"(form-data; name="a;b=c"; filename="d;e=f")", "d;e=f"},
      {R"(form-data; name="f"; filename="")", ""},
      {R"(form-data; name="f")", std::nullopt},
  };
  for (const auto& [disposition, expected] : cases) {
    const Outcome outcome = read("--b\r\ncontent-disposition: " + disposition + "\r\n\r\nx\r\n--b--", 7);
    ASSERT_TRUE(outcome.complete) << disposition << ": " << outcome.error;
    EXPECT_EQ(outcome.parts.at(0).part.filename, expected) << disposition;
  }
}

TEST(MultipartReader, RefusesWhatIsNoForm) {
  const std::vector<std::string> cases = {
      "--b\r\nno colon\r\n\r\nx\r\n--b--",
      "--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n--b--",
      "--b\r\nContent-Disposition: form-data; filename=\"a\r\n\r\nx\r\n--b--",
      "--b\r\nContent-Disposition: form-data; filename=\"a\"b\r\n\r\nx\r\n--b--",
      "--b\r\nContent-Disposition: form-data; =a\r\n\r\nx\r\n--b--",
      "--bx\r\n\r\nx\r\n--b--",
      "--b" + std::string(300, ' ') + "\r\n\r\nx\r\n--b--",
  };
  for (const std::string& text : cases)
    for (const std::size_t piece : {std::size_t{1}, text.size()})
      EXPECT_NE(read(text, piece).error, "") << text << " in pieces of " << piece;
}

TEST(MultipartReader, IsIncompleteUntilTheClosingBoundary) {
  const std::string text = kFile + "data\r\n--b--";
  for (std::size_t end = 0; end < text.size(); ++end) {
    const Outcome outcome = read(text.substr(0, end), 64 * 1024);
    EXPECT_EQ(outcome.error, "");
    EXPECT_FALSE(outcome.complete) << end;
  }
}

TEST(MultipartReader, LimitsWhatIsNotAFile) {
  const std::string long_field = "--b\r\nX: " + std::string(limits::kMultipartHeaderBytes, 'x');
  EXPECT_NE(read(long_field, 1000).error, "");
  EXPECT_NE(read(std::string(limits::kMultipartOtherBytes + 10, 'x'), 1000).error, "");
  EXPECT_NE(read("--b--" + std::string(limits::kMultipartOtherBytes + 10, 'x'), 1000).error, "");

  const auto padded = [](std::size_t blanks) {
    return read("--b" + std::string(blanks, ' ') + "\r\n\r\nx\r\n--b--", 1000);
  };
  EXPECT_TRUE(padded(limits::kMultipartPaddingBytes).complete);
  EXPECT_NE(padded(limits::kMultipartPaddingBytes + 1).error, "");

  std::string many;
  for (std::size_t i = 0; i < limits::kMultipartParts; ++i) many += "--b\r\n\r\nx\r\n";
  EXPECT_TRUE(read(many + "--b--", 1000).complete);
  EXPECT_NE(read(many + "--b\r\n\r\nx\r\n--b--", 1000).error, "");
}

TEST(MultipartReader, StopsWhenItsHandlerDoes) {
  struct Refuser final : PartHandler {
    Result<void> on_part(const Part&) override { return Error{.message = "no"}; }
    Result<void> on_data(std::string_view) override { return {}; }
  } refuser;
  MultipartReader reader("b");
  const auto fed = reader.feed(kFile, refuser);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().message, "no");
}

TEST(MultipartReader, FindsTheBoundaryInTheContentType) {
  const auto boundary = [](std::string_view type) {
    const auto found = MultipartReader::boundary_of(type);
    return found ? *found : std::string("refused");
  };
  EXPECT_EQ(boundary("multipart/form-data; boundary=----WebKitFormBoundaryx1"), "----WebKitFormBoundaryx1");
  EXPECT_EQ(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a:b\""), "a:b");
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(70, 'x')), std::string(70, 'x'));
  EXPECT_EQ(boundary("multipart/form-data; boundary=" + std::string(71, 'x')), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary=\"a b\""), "refused");
  EXPECT_EQ(boundary("multipart/form-data; boundary="), "refused");
  EXPECT_EQ(boundary("multipart/form-data"), "refused");
  EXPECT_EQ(boundary("multipart/mixed; boundary=x"), "refused");
}

}  // namespace
}  // namespace parley::http
