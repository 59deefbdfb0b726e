#include "common/protocol/sync/event.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "common/protocol/twilsock/packet.hpp"
#include "tests/support/golden.hpp"

namespace parley::sync {
namespace {

std::string golden_payload(const char* name) {
  const auto path = std::filesystem::path(PARLEY_GOLDEN_DIR) / "twilsock" / name;
  return twilsock::decode(testing::read_file(path)).value().payload;
}

TEST(SyncEvent, CapturedEventsDecodeAndEncodeToTheSameBytes) {
  for (const char* name :
       {"server_notification_document_updated.frame", "server_notification_map_item_removed.frame"}) {
    SCOPED_TRACE(name);
    const auto payload = golden_payload(name);
    const auto envelope = decode_envelope(payload).value();
    ASSERT_EQ(envelope.events.size(), 1u);
    EXPECT_EQ(encode_live(envelope.events[0]), payload);
  }
}

TEST(SyncEvent, TheLengthOfALiveEventIsKnownBeforeItIsWritten) {
  const std::string number = "9223372036854775807";
  for (const ObjectType type : {ObjectType::document, ObjectType::list, ObjectType::map})
    for (const Change change :
         {Change::updated, Change::removed, Change::item_added, Change::item_updated, Change::item_removed})
      for (const std::size_t length : {0, 10, 10'000}) {
        const Event event{.type = type,
                          .change = change,
                          .id = std::numeric_limits<std::int64_t>::max(),
                          .object_sid = std::string(34, 'a'),
                          .unique_name = std::string(length, 'u'),
                          .revision = number,
                          .item_key = type == ObjectType::list ? number : std::string(length, 'k'),
                          .item_url = std::string(length, '/'),
                          .item_revision = number,
                          .data = "{\"a\":\"" + std::string(length, 'x') + "\"}",
                          .date_created = "2026-11-29T17:00:00.000Z"};
        const auto written = encode_live(event).size();
        EXPECT_LE(written, live_size(event)) << to_string(type) << " " << static_cast<int>(change);
        if (change == Change::item_added && length == 0) {
          EXPECT_GE(written + 128, live_size(event));
        }
      }
}

TEST(SyncEvent, ACapturedReplayRoundTrips) {
  const auto payload = golden_payload("server_notification_replay.frame");
  const auto envelope = decode_envelope(payload).value();
  ASSERT_TRUE(envelope.correlation_id);
  EXPECT_EQ(encode_replay(envelope.events, {*envelope.correlation_id}), payload);
}

TEST(SyncEvent, ACapturedOutcomeRoundTrips) {
  const auto payload = golden_payload("server_notification_established.frame");
  const auto envelope = decode_envelope(payload).value();
  ASSERT_EQ(envelope.outcomes.size(), 3u);
  EXPECT_EQ(encode_outcomes(envelope.outcomes, {*envelope.correlation_id}), payload);
}

TEST(SyncEvent, AnOlderClientReadsOneEventFromAnEnvelope) {
  const Correlation correlation{5, EventProtocol::v3};
  const Event event{.type = ObjectType::document, .id = 3, .object_sid = "ET1", .revision = "3"};
  EXPECT_EQ(
      encode_replay({event}, correlation),
      R"({"event_type":"document_updated","correlation_id":5,"event_protocol_version":3,"event":{"id":3,"document_sid":"ET1","document_revision":"3","document_data":{},"date_created":"","date_expires":null}})");
  const Outcome outcome{.object_sid = "ET1", .last_event_id = 3};
  EXPECT_EQ(
      encode_outcomes({outcome}, correlation),
      R"({"event_type":"subscription_established","correlation_id":5,"event_protocol_version":3,"event":{"object_sid":"ET1","object_type":"document","replay_status":"completed","last_event_id":3}})");
}

TEST(SyncEvent, AListIndexMayBeANumberOrItsText) {
  for (const char* index : {"7", "\"7\""}) {
    const auto envelope = decode_envelope(
        std::string(R"({"event_type":"list_item_added","event":{"id":1,"list_sid":"ES1","item_index":)") +
        index + R"(,"item_data":{"a":1}}})");
    ASSERT_TRUE(envelope) << envelope.error().message;
    EXPECT_EQ(envelope->events[0].item_index(), 7);
    EXPECT_EQ(envelope->events[0].data, R"({"a":1})");
  }
}

TEST(SyncEvent, UnknownEventTypesAreIgnored) {
  for (const char* type : {"list_context_updated", "stream_message_published", "x", ""}) {
    const auto envelope = decode_envelope(std::string(R"({"event_type":")") + type + R"(","event":{}})");
    ASSERT_TRUE(envelope);
    EXPECT_TRUE(envelope->events.empty());
  }
}

struct Bad {
  const char* payload;
  const char* message;
};

TEST(SyncEvent, NamesThePathOfWhatIsBad) {
  for (
      const Bad& bad :
      {Bad{"{}", "event_type: expected a string"}, Bad{"x", "JSON: syntax error"},
       Bad{R"({"event_type":"map_item_added","events":{}})", "events: expected an array"},
       Bad{R"({"event_type":"map_item_added","events":[7]})", "events[0]: expected an object"},
       Bad{R"({"event_type":"map_item_added","event":{"id":1}})", "event.map_sid: expected a string"},
       Bad{R"({"event_type":"map_item_added","events":[{"id":1,"map_sid":"M","item_key":"k"},{"id":"x","map_sid":"M"}]})",
           "events[1].id: expected an integer"},
       Bad{R"({"event_type":"list_item_added","event":{"id":1,"list_sid":"E","item_index":"-1"}})",
           "event.item_index: expected an index"},
       Bad{R"({"event_type":"subscription_failed","events":[{"object_sid":"M","object_type":"map"}]})",
           "events[0].error: expected an object"},
       Bad{R"({"event_type":"subscription_established","events":[{"object_sid":"M","object_type":"tree"}]})",
           "events[0].object_type: expected document, list or map"}}) {
    const auto envelope = decode_envelope(bad.payload);
    ASSERT_FALSE(envelope) << bad.payload;
    EXPECT_EQ(envelope.error().message, bad.message);
  }
}

TEST(SubscriptionBatch, RoundTripsWithACorrelationIdOf64Bits) {
  SubscriptionBatch batch{
      false, {1795176707314}, 2, {{"MP1", ObjectType::map, -1}, {"ES1", ObjectType::list, std::nullopt}}};
  const auto decoded = decode_batch(encode_batch(batch)).value();
  EXPECT_EQ(decoded.correlation.id, 1795176707314);
  EXPECT_EQ(decoded.retried_requests, 2);
  ASSERT_EQ(decoded.requests.size(), 2u);
  EXPECT_EQ(decoded.requests[0].last_event_id, -1);
  EXPECT_EQ(decoded.requests[1].last_event_id, std::nullopt);
  EXPECT_FALSE(decoded.cancel);
}

TEST(SubscriptionBatch, SaysHowItsClientReadsEvents) {
  const auto protocol_of = [](const std::string& member) {
    return decode_batch("{" + member + R"("action":"cancel","correlation_id":1,"requests":[]})")
        .value()
        .correlation.protocol;
  };
  EXPECT_EQ(protocol_of(""), EventProtocol::v4);
  EXPECT_EQ(protocol_of(R"("event_protocol_version":3,)"), EventProtocol::v3);
  EXPECT_EQ(protocol_of(R"("event_protocol_version":4,)"), EventProtocol::v4);
  EXPECT_EQ(protocol_of(R"("event_protocol_version":5,)"), EventProtocol::v4);
  EXPECT_FALSE(
      decode_batch(R"({"event_protocol_version":"3","action":"cancel","correlation_id":1,"requests":[]})"));
}

TEST(SubscriptionBatch, RefusesBadRequestsByPath) {
  for (const Bad& bad :
       {Bad{R"({"action":"dance","correlation_id":1,"requests":[]})", "action: expected establish or cancel"},
        Bad{R"({"action":"cancel","requests":[]})", "correlation_id: expected an integer"},
        Bad{R"({"action":"cancel","correlation_id":1})", "requests: expected an array"},
        Bad{R"({"action":"cancel","correlation_id":1,"requests":[{"object_sid":"M"}]})",
            "requests[0].object_type: expected document, list or map"}})
    EXPECT_EQ(decode_batch(bad.payload).error().message, bad.message);
}

}  // namespace
}  // namespace parley::sync
