#include "chat_service/src/content_templates.hpp"

#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

std::string sid(int number) { return "HX" + std::string(28, '0') + std::to_string(1000 + number); }

json::Value text_template(int number) {
  return {{"sid", sid(number)},
          {"friendly_name", "t" + std::to_string(number)},
          {"variables", {{"1", "name"}}},
          {"variants", {{"twilio/text", {{"body", "Hi {{1}}"}}}}}};
}

std::string some(int count) {
  json::Value all = json::Value::array();
  for (int i = 0; i < count; ++i) all.push_back(text_template(i));
  return json::dump(all);
}

TEST(ContentTemplates, AreCompletedForTheClient) {
  const auto shown = content_templates::read(some(1)).value();
  EXPECT_EQ(shown[0]["variables"], R"({"1":"name"})") << "clients parse it as text";
  EXPECT_EQ(shown[0]["date_created"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(shown[0]["variants"]["twilio/text"]["body"], "Hi {{1}}");
}

TEST(ContentTemplates, EveryTypeOfTheVendorPasses) {
  json::Value one = text_template(0);
  one["variables"] = R"({"1":"as text"})";
  one["date_created"] = one["date_updated"] = "2026-11-20T12:09:16.910Z";
  one["variants"] = json::parse(R"({
    "twilio/text": {"body": "x"},
    "twilio/media": {"body": "x", "media": ["https://example.com/a.png"]},
    "twilio/location": {"latitude": 1.5, "longitude": 2, "label": "here"},
    "twilio/quick-reply": {"body": "x", "actions": [{"title": "Yes", "id": "y"}]},
    "twilio/call-to-action": {"body": "x", "actions": [{"type": "URL", "title": "t", "url": "u"}]},
    "twilio/list-picker": {"body": "x", "button": "b", "items": [{"item": "i", "id": "1"}]},
    "twilio/card": {"title": "t", "subtitle": "s", "actions": [{"type": "OTHER"}]},
    "whatsapp/card": {"anything": true}})")
                        .value();
  EXPECT_TRUE(content_templates::check(json::dump(json::Value::array({one}))));
}

TEST(ContentTemplates, MalformedOnesAreRefusedByPath) {
  const auto with = [](const char* member, json::Value value) {
    json::Value one = text_template(0);
    one[member] = std::move(value);
    return json::dump(json::Value::array({one}));
  };
  const auto variant = [&](const char* type, const char* text) {
    return with("variants", {{type, json::parse(text).value()}});
  };
  const struct {
    std::string text, path;
  } kCases[] = {
      {"{", "content_templates"},
      {"{}", "content_templates: expected an array"},
      {"[1]", "content_templates[0]"},
      {with("sid", "HX1"), "content_templates[0].sid"},
      {with("sid", 1), "content_templates[0].sid"},
      {with("friendly_name", nullptr), "content_templates[0].friendly_name"},
      {with("variables", "[1]"), "content_templates[0].variables"},
      {with("variables", {{"1", 2}}), "content_templates[0].variables.1"},
      {with("date_created", "yesterday"), "content_templates[0].date_created"},
      {with("variants", nullptr), "content_templates[0].variants"},
      {with("variants", json::Value::object()), "content_templates[0].variants"},
      {variant("x/y", "1"), "content_templates[0].variants.x/y"},
      {variant("twilio/text", "{}"), "content_templates[0].variants.twilio/text.body"},
      {variant("twilio/media", R"({"media":[1]})"), "variants.twilio/media.media"},
      {variant("twilio/location", R"({"latitude":"1","longitude":2})"), "variants.twilio/location.latitude"},
      {variant("twilio/call-to-action", R"({"body":"x"})"), "variants.twilio/call-to-action.actions"},
      {variant("twilio/quick-reply", R"({"body":"x","actions":[{}]})"), "twilio/quick-reply.actions"},
      {variant("twilio/list-picker", R"({"body":"x","items":[]})"), "twilio/list-picker.button"},
      {variant("twilio/card", R"({"title":"x","actions":1})"), "twilio/card.actions"},
      {json::dump(json::Value::array({text_template(1), text_template(1)})), "content_templates[1].sid"},
      {some(1001), "content_templates"},
  };
  for (const auto& one : kCases) {
    const auto checked = content_templates::check(one.text);
    ASSERT_FALSE(checked) << one.path;
    EXPECT_EQ(checked.error().code, Errc::invalid_config);
    EXPECT_NE(checked.error().message.find(one.path), std::string::npos) << checked.error().message;
  }
}

TEST(ContentTemplates, AreServedInPagesUntilTheTokenIsNull) {
  Tenant tenant = testing::test_tenant();
  tenant.content_templates = some(5);
  CoreDriver driver({.tenants = {tenant}});
  TestClient alice(driver, "alice");
  std::vector<std::string> names;
  http::Fields params = {{"PageSize", "2"}};
  for (int page = 0; page < 3; ++page) {
    const auto reply = alice.get("/Client/v2/ContentTemplates", params);
    ASSERT_EQ(reply.status, 200);
    for (const auto& one : reply.body["templates"]) names.push_back(one["friendly_name"]);
    const auto& next = reply.body["meta"].at("next_token");
    EXPECT_EQ(next.is_null(), page == 2);
    if (!next.is_null()) params = {{"PageSize", "2"}, {"PageToken", next.get<std::string>()}};
  }
  EXPECT_EQ(names, (std::vector<std::string>{"t0", "t1", "t2", "t3", "t4"}));
}

TEST(ContentTemplates, NoneIsOneEmptyPage) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const auto reply = alice.get("/Client/v2/ContentTemplates", {{"PageSize", "100"}});
  EXPECT_TRUE(reply.body["templates"].empty());
  EXPECT_TRUE(reply.body["meta"].at("next_token").is_null());
}

}  // namespace
}  // namespace parley::chat_service
