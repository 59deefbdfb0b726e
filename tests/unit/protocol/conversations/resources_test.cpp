#include "common/protocol/conversations/resources.hpp"

#include <gtest/gtest.h>

namespace parley::conversations {
namespace {

TEST(ConversationsError, KeepsEveryLayerApart) {
  const auto error = to_error(
      {403, {{"twilio-request-id", "RQ1"}}, R"({"status":403,"code":50430,"message":"Not a participant"})"});
  EXPECT_EQ(error.code, Errc::forbidden);
  EXPECT_EQ(error.http_status, 403);
  EXPECT_EQ(error.server_code, 50430);
  EXPECT_EQ(error.server_text, "Not a participant");
  EXPECT_EQ(error.request_id, "RQ1");
  EXPECT_EQ(error.message.find("participant"), std::string::npos)
      << "server text does not leak into our words";
}

struct Mapped {
  int status;
  Errc code;
};

TEST(ConversationsError, MapsStatusesToCodes) {
  for (const Mapped& row :
       {Mapped{400, Errc::invalid_argument}, Mapped{401, Errc::denied}, Mapped{403, Errc::forbidden},
        Mapped{404, Errc::not_found}, Mapped{409, Errc::conflict}, Mapped{413, Errc::limit_exceeded},
        Mapped{429, Errc::too_many_requests}, Mapped{500, Errc::server_error},
        Mapped{503, Errc::server_error}})
    EXPECT_EQ(to_error({row.status, {}, "not json"}).code, row.code) << row.status;
}

TEST(ConversationsResources, ReadsWhomAUserHasBlocked) {
  const auto blocks =
      decode_blocks(R"({"blocks":[{"identity":"a","date_created":"x"},{"identity":"b","url":"y"}]})");
  ASSERT_TRUE(blocks);
  EXPECT_EQ(*blocks, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(decode_blocks(R"({"blocks":[]})").value().empty());
  for (const char* body : {"", "{}", R"({"blocks":{}})", R"({"blocks":[1]})", R"({"blocks":[{}]})",
                           R"({"blocks":[{"identity":1}]})"})
    EXPECT_FALSE(decode_blocks(body)) << body;
}

TEST(ConversationsResources, ReadsAMessageItemWithEveryMember) {
  const auto message = decode_message_item(
      7,
      R"({"sid":"IM1","author":"bob","text":"hi","attributes":"{\"a\":1}","timestamp":"2026-11-20T12:09:20.946Z",)"
      R"("dateUpdated":"2026-11-20T12:09:21.000Z","lastUpdatedBy":"alice"})");
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->index, 7);
  EXPECT_EQ(message->body, "hi");
  EXPECT_EQ(message->attributes, R"({"a":1})");
  EXPECT_EQ(message->updated_by, "alice");
  EXPECT_LT(message->created_at, message->updated_at);
}

TEST(ConversationsResources, AttributesMayBeAnObjectAndTextMayBeNull) {
  const auto message = decode_message_item(0, R"({"sid":"IM1","text":null,"attributes":{"a":[1]}})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->body, "");
  EXPECT_EQ(message->attributes, R"({"a":[1]})");
}

TEST(ConversationsResources, NeverReadIsNotZero) {
  const auto mine = decode_conversation(
      R"({"sid":"CH1","conversation_sid":"CH1","unread_messages_count":null,"last_read_message_index":null,"messages_count":5})");
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->unread_count, std::nullopt);
  EXPECT_EQ(mine->messages_count, 5);
}

TEST(ConversationsResources, PagesKnowWhetherMoreFollows) {
  EXPECT_EQ(decode_conversation_page(R"({"conversations":[],"meta":{"next_token":"x"}})")->next_token, "x");
  EXPECT_EQ(decode_conversation_page(R"({"conversations":[],"meta":{"next_token":null}})")->next_token, "");
  const auto page =
      decode_sync_page(R"({"items":[{"index":3,"data":{}}],"meta":{"previous_token":"","next_token":"t"}})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items[0].key, "3");
  EXPECT_FALSE(page->has_previous);
  EXPECT_TRUE(page->has_next);
}

struct Bad {
  const char* body;
  const char* message;
};

TEST(ConversationsResources, NamesThePathOfWhatIsBad) {
  for (const Bad& bad :
       {Bad{R"({"items":[{"index":1,"data":{}},{"data":{}}],"meta":{}})", "items[1].key: expected a string"},
        Bad{R"({"items":1,"meta":{}})", "items: expected an array"},
        Bad{R"({"items":[]})", "meta: expected an object"}})
    EXPECT_EQ(decode_sync_page(bad.body).error().message, bad.message);
  EXPECT_EQ(decode_message_item(0, R"({"sid":7})").error().message, "message.sid: expected a string");
}

TEST(ConversationsResources, AnUnreadableDateDoesNotLoseTheMessage) {
  EXPECT_EQ(decode_message_item(0, R"({"sid":"IM1","timestamp":"yesterday"})")->created_at, WallTime{});
}

TEST(ConversationsRequests, LeaveOutWhatStaysUnchanged) {
  EXPECT_EQ(encode_conversation_change({std::nullopt, "f", std::nullopt}), R"({"friendly_name":"f"})");
  EXPECT_EQ(encode_conversation_change({"u", std::nullopt, "{}", true}),
            R"({"unique_name":"u","attributes":"{}","type":"public"})");
  EXPECT_EQ(encode_read_horizon(std::nullopt), R"({"last_read_message_index":null})");
}

// Files

std::string configuration_with(const std::string& options) {
  return R"({"identity":"alice","links":{"my_conversations":"a","conversations":"b","users":"c","typing":"d",)"
         R"("media_service":"m","media_set_service":"s"},)"
         R"("sync_objects":{"my_user_info":"e","my_conversations":"f"},"options":)" +
         options + "}";
}

TEST(ConfigurationOfFiles, SaysWhereAndHowLarge) {
  const auto configuration = decode_configuration(
      configuration_with(R"({"typing_timeout":5,"media_attachment_size_limit_in_mb":300})"));
  ASSERT_TRUE(configuration) << configuration.error().to_string();
  EXPECT_EQ(configuration->media_url, "m");
  EXPECT_EQ(configuration->media_set_url, "s");
  EXPECT_EQ(configuration->max_file_bytes, std::uint64_t{300} << 20U);
}

TEST(ConfigurationOfFiles, ALimitThatIsNoneIsTheVendors) {
  for (const char* options :
       {"{}", "null", "7", "[]", R"({"media_attachment_size_limit_in_mb":0})",
        R"({"media_attachment_size_limit_in_mb":-1})", R"({"media_attachment_size_limit_in_mb":"many"})",
        R"({"media_attachment_size_limit_in_mb":9223372036854775807})"}) {
    const auto configuration = decode_configuration(configuration_with(options));
    ASSERT_TRUE(configuration) << options;
    EXPECT_EQ(configuration->max_file_bytes, std::uint64_t{150} << 20U) << options;
  }
}

TEST(MediumSet, TellsOfEachThatWasAskedFor) {
  EXPECT_EQ(encode_medium_set({"ME1", "ME2"}),
            R"({"command":"get","list":[{"media_sid":"ME1"},{"media_sid":"ME2"}]})");
  const auto set = decode_medium_set(
      R"( [{"code":200,"media_record":{"sid":"ME1","size":7,"links":{"content_direct_temporary":"http://one"}}},)"
      R"({"code":404,"media_record":{"sid":"ME2"}},{"code":200,"media_record":{"sid":"ME3"}},{"code":200},7,{}])",
      {"ME1", "ME2", "ME3", "ME4", "ME5"});
  ASSERT_TRUE(set) << set.error().to_string();
  ASSERT_EQ(set->size(), 5u) << "no more than were asked for";
  EXPECT_EQ((*set)[0].sid, "ME1");
  EXPECT_EQ((*set)[0].record->url, "http://one");
  EXPECT_EQ((*set)[0].record->size, 7);
  EXPECT_EQ((*set)[1].record.error().code, Errc::not_found);
  for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ((*set)[i].record.error().code, Errc::protocol_error) << i;
  EXPECT_EQ(decode_medium_set("{}", {"ME1"})->size(), 0u);
  EXPECT_FALSE(decode_medium_set("[", {"ME1"}));
}

}  // namespace
}  // namespace parley::conversations
