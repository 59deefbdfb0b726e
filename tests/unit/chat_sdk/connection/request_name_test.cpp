#include "chat_sdk/src/connection/request_name.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

const std::string kChannel = "CH0123456789abcdef0123456789abcdef";

TEST(RequestName, KeepsTheWordsOfTheApiAndSids) {
  EXPECT_EQ(request_name("/Client/v2/Configuration"), "/Client/v2/Configuration");
  EXPECT_EQ(request_name("/v4/Subscriptions"), "/v4/Subscriptions");
  EXPECT_EQ(request_name("/v1/Conversations/" + kChannel + "/Messages"),
            "/v1/Conversations/" + kChannel + "/Messages");
}

TEST(RequestName, HidesWhateverMayBeAName) {
  EXPECT_EQ(request_name("/v3/Conversations/general/Participants/alice%40example.com"),
            "/v3/Conversations/*/Participants/*");
  EXPECT_EQ(request_name("/v3/Documents/alice.info"), "/v3/Documents/*");
  EXPECT_EQ(request_name("/Users/alice/Blocks/bob"), "/Users/*/Blocks/*");
  EXPECT_EQ(request_name("/something/new"), "/*/*");
}

TEST(RequestName, ANameThatIsAWordOfTheApiIsANameWhereOneMayStand) {
  EXPECT_EQ(request_name("/v3/Conversations/Messages/Messages"), "/v3/Conversations/*/Messages");
  EXPECT_EQ(request_name("/v3/Users/v1/Blocks/Users"), "/v3/Users/*/Blocks/*");
}

TEST(RequestName, SchemeHostQueryAndFragmentAreLeftOut) {
  EXPECT_EQ(request_name("https://alice:secret@host:8080/v1/Media?Filename=a.png"), "/v1/Media");
  EXPECT_EQ(request_name("/v1/Media#part"), "/v1/Media");
  EXPECT_EQ(request_name("https://host"), "");
  EXPECT_EQ(request_name("https://host?Token=x/v1"), "");
}

TEST(RequestName, OnlyWholeSidsAreSids) {
  EXPECT_EQ(request_name("/Users/" + kChannel + "0"), "/Users/*");
  EXPECT_EQ(request_name("/Users/ch0123456789abcdef0123456789abcdef"), "/Users/*");
  EXPECT_EQ(request_name("/Users/US"), "/Users/*");
}

TEST(RequestName, OddPathsHaveOddNames) {
  EXPECT_EQ(request_name(""), "");
  EXPECT_EQ(request_name("/"), "/");
  EXPECT_EQ(request_name("no/slash"), "/*/*");
  EXPECT_EQ(request_name("//Users//alice"), "//Users//*");
}

}  // namespace
}  // namespace parley::detail
