#include "chat_service/src/media/content.hpp"

#include <gtest/gtest.h>

#include "chat_service/src/media/media_type.hpp"
#include "chat_service/src/media/range.hpp"
#include "chat_service/src/media/target.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::media {
namespace {

std::string type_of(std::string_view text) {
  const auto cleaned = clean_content_type(text);
  return cleaned ? *cleaned : "refused";
}

std::optional<std::string> name_of(std::string_view text) {
  const auto cleaned = clean_filename(text);
  return cleaned ? *cleaned : std::optional<std::string>("refused");
}

TEST(ContentType, HasOneNormalForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"image/png", "image/png"},
      {" Text/Plain ;Charset=UTF-8 ", "text/plain;charset=UTF-8"},
      {"a/b;;\t; c=d;", "a/b;c=d"},
      {"a/b;c=\"d\"", "a/b;c=d"},
      {"a/b;c=\"\\d\"", "a/b;c=d"},
      {"a/b;c=\"\"", "a/b;c=\"\""},
      {"a/b;c=\"d e\"", "a/b;c=\"d e\""},
      {"a/b;c=\"d\\\"\\\\,;\"", "a/b;c=\"d\\\"\\\\,;\""},
      {"video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"", "video/mp4;codecs=\"avc1.42E01E, mp4a.40.2\""},
      {"", "application/octet-stream"},
      {" ", "application/octet-stream"},
  };
  for (const auto& [text, normal] : cases) {
    EXPECT_EQ(type_of(text), normal) << text;
    EXPECT_EQ(type_of(type_of(text)), normal) << text;
  }
}

TEST(ContentType, IsRefusedIfItIsNotExactlyOne) {
  for (const char* bad : {"image",
                          "image/",
                          "/png",
                          "im age/png",
                          "image/png\r\nX: y",
                          "image/png\x7f",
                          "a/b/c",
                          "image/\xC3\xBC",
                          "text/plain,text/html",
                          "text/plain;,text/html",
                          "text/plain; ,text/html;a=b",
                          "text/plain;a=b,text/html",
                          "text/plain;a=b, text/html",
                          "text/plain;a",
                          "text/plain;a=",
                          "text/plain;=b",
                          "text/plain;a =b",
                          "text/plain;a= b",
                          "text/plain;a=b c",
                          "text/plain a=b",
                          "text/plain;a=\"b",
                          "text/plain;a=\"b\\\"",
                          "text/plain;a=\"b\\",
                          "text/plain;a=\"b\"c",
                          "text/plain;a=\"b\",text/html",
                          "text/plain;a=\"b\tc\"",
                          "text/plain;a=\"\xC3\xBC\"",
                          "text/plain;a=b;A=c",
                          "text/plain;a=<b>",
                          ";",
                          "*"})
    EXPECT_EQ(type_of(bad), "refused") << bad;
  const std::string long_type = "a/" + std::string(limits::kMediaTypeBytes - 2, 'b');
  EXPECT_EQ(type_of(long_type), long_type);
  EXPECT_EQ(type_of(long_type + "b"), "refused");
  const Error refusal = clean_content_type("text/plain;,text/html").error();
  EXPECT_EQ(refusal.http_status, 400);
  EXPECT_NE(refusal.message.find("Content-Type"), std::string::npos);
}

TEST(ContentType, IsAllowedByPatterns) {
  EXPECT_TRUE(is_allowed({}, "text/html"));
  EXPECT_TRUE(is_allowed({"image/*"}, "image/png"));
  EXPECT_TRUE(is_allowed({"IMAGE/*"}, "image/png;x=y"));
  EXPECT_FALSE(is_allowed({"image/*"}, "imagex/png"));
  EXPECT_FALSE(is_allowed({"image/*"}, "text/plain"));
  EXPECT_TRUE(is_allowed({"image/*", "application/pdf"}, "application/pdf"));
  EXPECT_FALSE(is_allowed({"application/pdf"}, "application/pdfx"));
  EXPECT_TRUE(is_allowed({"*/*"}, "text/plain"));
}

TEST(Filename, LosesItsPathAndControlCharacters) {
  EXPECT_EQ(name_of("a.png"), "a.png");
  EXPECT_EQ(name_of("../../etc/passwd"), "passwd");
  EXPECT_EQ(name_of("C:\\dir\\a.png"), "a.png");
  EXPECT_EQ(name_of("a\r\n\tb\x7f.png"), "ab.png");
  EXPECT_EQ(name_of("gr\xC3\xBC\xC2\x85n.txt"), "gr\xC3\xBCn.txt");
  EXPECT_EQ(name_of("photo\u202Egnp.exe"), "photognp.exe");
  EXPECT_EQ(name_of("🧑‍🚀\u200B.png"), "🧑‍🚀.png");
  EXPECT_EQ(name_of(""), std::nullopt);
  EXPECT_EQ(name_of("dir/"), std::nullopt);
  EXPECT_EQ(name_of("a/.."), std::nullopt);
  EXPECT_EQ(name_of("\xff.txt"), "refused");
  const std::string longest(limits::kMediaFilenameBytes, 'n');
  EXPECT_EQ(name_of("/long/path/" + longest), longest);
  EXPECT_EQ(name_of(longest + "n"), "refused");
}

TEST(Disposition, SavesWhatABrowserCouldRun) {
  for (const char* shown :
       {"image/png", "image/jpeg;x=y", "audio/ogg", "video/mp4", "text/plain;charset=utf-8"})
    EXPECT_EQ(disposition(shown, std::nullopt), "inline") << shown;
  for (const char* saved :
       {"text/html", "text/html;x=y", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/pdf",
        "application/javascript", "application/octet-stream"})
    EXPECT_EQ(disposition(saved, std::nullopt), "attachment") << saved;
}

TEST(Disposition, NamesTheFileForOldAndNewReaders) {
  EXPECT_EQ(disposition("image/png", "a b.png"), "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png");
  EXPECT_EQ(disposition("text/html", "gr\xC3\xBCn\"\\%\r\n.html"),
            "attachment; filename=\"gr_n_____.html\"; filename*=UTF-8''gr%C3%BCn%22%5C%25%0D%0A.html");
}

TEST(Range, IsReadAsTheRuleSays) {
  struct Case {
    const char* header;
    std::uint64_t size;
    bool possible;
    std::optional<Range> range;
  };
  const Case cases[] = {
      {"bytes=0-0", 10, true, Range{0, 1}},
      {"bytes=0-", 10, true, Range{0, 10}},
      {"bytes=3-5", 10, true, Range{3, 3}},
      {"bytes=3-500", 10, true, Range{3, 7}},
      {"bytes=-4", 10, true, Range{6, 4}},
      {"bytes=-40", 10, true, Range{0, 10}},
      {"Bytes= 9-9 ", 10, true, Range{9, 1}},
      {"bytes=10-", 10, false, std::nullopt},
      {"bytes=-0", 10, false, std::nullopt},
      {"bytes=0-", 0, false, std::nullopt},
      {"bytes=5-4", 10, true, std::nullopt},
      {"bytes=0-1,3-4", 10, true, std::nullopt},
      {"lines=0-1", 10, true, std::nullopt},
      {"bytes=a-b", 10, true, std::nullopt},
      {"bytes=-", 10, true, std::nullopt},
      {"bytes=99999999999999999999-", 10, true, std::nullopt},
      {"bytes=0-99999999999999999999", 10, true, std::nullopt},
      {"", 10, true, std::nullopt},
  };
  for (const Case& one : cases) {
    const RangeWish wish = parse_range(one.header, one.size);
    EXPECT_EQ(wish.possible, one.possible) << one.header;
    ASSERT_EQ(wish.range.has_value(), one.range.has_value()) << one.header;
    if (!wish.range) continue;
    EXPECT_EQ(wish.range->offset, one.range->offset) << one.header;
    EXPECT_EQ(wish.range->length, one.range->length) << one.header;
  }
}

TEST(Target, IsToldByThePath) {
  using Kind = Target::Kind;
  const std::string sid = "ME0123456789abcdef0123456789abcdef";
  const std::pair<std::string, Kind> cases[] = {
      {"/v1/Services/IS1/Media", Kind::all},
      {"/v1/Services/IS1/MediaSet", Kind::set},
      {"/v1/Services/IS1/Media/" + sid, Kind::one},
      {"/v1/Services/IS1/Media/" + sid + "/Content", Kind::content},
      {"/v1/Services/IS1/Media/" + sid + "/Other", Kind::none},
      {"/v1/Services/IS1/Media/../x", Kind::none},
      {"/v1/Services/IS1/MediaSet/x", Kind::none},
      {"/v1/Services/IS1/Channels", Kind::none},
      {"/v2/Services/IS1/Media", Kind::none},
      {"/healthz", Kind::none},
  };
  for (const auto& [path, kind] : cases) EXPECT_EQ(parse_target(path).kind, kind) << path;
  const Target target = parse_target("/v1/Services/IS1/Media/" + sid + "/Content");
  EXPECT_EQ(target.service_sid, "IS1");
  EXPECT_EQ(target.sid, sid);
}

}  // namespace
}  // namespace parley::chat_service::media
