#include "chat_service/program/settings.hpp"

#include <gmock/gmock.h>

namespace parley::chat_service {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

config::Config two_accounts() {
  config::Config config;
  config.accounts.resize(2);
  auto& shop = config.accounts[0];
  shop.account_sid = "AC1";
  shop.api_key_sid = "SK1";
  shop.api_key_secret = "new";
  shop.previous_keys = {{"SK0", "old"}};
  shop.chat_service_sid = "IS1";
  shop.algorithm = "HS512";
  shop.chat = {.admins = {"root"}, .admin_role_sids = {"RL1"}, .keep_messages = hours(24)};
  shop.chat.content_templates = "[1]";
  shop.chat.public_channels = false;
  shop.chat.who_may_add = "shared_conversation";
  config.accounts[1].chat.who_may_add = "admins";
  config.accounts[1].chat_service_sid = "IS2";
  return config;
}

TEST(Settings, EveryAccountIsATenant) {
  const auto tenants = tenants_of(two_accounts());
  ASSERT_EQ(tenants.size(), 2u);
  const auto& shop = tenants[0];
  EXPECT_EQ(shop.account_sid, "AC1");
  EXPECT_EQ(shop.service_sid, "IS1");
  EXPECT_EQ(shop.keys.all().size(), 2u);
  EXPECT_EQ(shop.algorithms, std::vector{token::Algorithm::hs512});
  EXPECT_EQ(shop.admins, std::vector<std::string>{"root"});
  EXPECT_EQ(shop.admin_role_sids, std::vector<std::string>{"RL1"});
  EXPECT_EQ(shop.keep_messages, hours(24));
  EXPECT_EQ(shop.content_templates, "[1]");
  EXPECT_FALSE(shop.public_channels);
  EXPECT_EQ(tenants[1].service_sid, "IS2");
  EXPECT_TRUE(tenants[1].public_channels);
  EXPECT_EQ(shop.who_may_add, AddRule::shared_conversation);
  EXPECT_EQ(tenants[1].who_may_add, AddRule::admins);
  auto unlike = two_accounts();
  unlike.accounts[0].chat.who_may_add = "anybody";
  EXPECT_EQ(tenants_of(unlike)[0].who_may_add, AddRule::anybody);
}

TEST(Settings, TakesEveryKeyOfTheSection) {
  auto config = two_accounts();
  auto& section = config.chat_service;
  section.listen = "127.0.0.1:1";
  section.public_url = "https://chat.example.com";
  section.database = "x.db";
  section.tls = {"c", "k"};
  section.allowed_origins = {"https://a.example"};
  section.trusted_proxies = {"10.0.0.1"};
  section.metrics_listen = "[::1]:2";
  section.media = {.directory = "m",
                   .max_megabytes = 3,
                   .max_user_megabytes = 10,
                   .min_free_megabytes = 11,
                   .content_types = {"image/*"},
                   .url_life = seconds(9)};
  section.messages = {.max_user_megabytes = 12, .min_free_megabytes = 13};
  section.throttle = {.per_second = 4, .burst = 5};
  section.limits = {.max_connections = 6,
                    .connections_per_address = 7,
                    .connections_per_user = 12,
                    .inits_per_second_per_address = 13,
                    .send_queue_bytes = 8,
                    .total_queue_bytes = 9,
                    .total_inbound_bytes = 10};
  const auto options = options_of(config);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->listen.to_string(), "127.0.0.1:1");
  EXPECT_EQ(options->public_url, "https://chat.example.com");
  EXPECT_EQ(options->database, "x.db");
  EXPECT_EQ(options->tls->certificate_file, "c");
  EXPECT_EQ(options->allowed_origins.size(), 1u);
  EXPECT_EQ(options->metrics_listen->to_string(), "[::1]:2");
  EXPECT_EQ(options->media.directory, "m");
  EXPECT_EQ(options->media.max_bytes, 3u * 1024 * 1024);
  EXPECT_EQ(options->media.max_user_bytes, 10u * 1024 * 1024);
  EXPECT_EQ(options->media.min_free_bytes, 11u * 1024 * 1024);
  EXPECT_EQ(options->messages.max_user_bytes, 12u * 1024 * 1024);
  EXPECT_EQ(options->messages.min_free_bytes, 13u * 1024 * 1024);
  EXPECT_EQ(options->media.content_types.size(), 1u);
  EXPECT_EQ(options->media.url_life, seconds(9));
  EXPECT_EQ(options->throttle.per_second, 4);
  EXPECT_EQ(options->throttle.burst, 5);
  EXPECT_EQ(options->max_connections, 6u);
  EXPECT_EQ(options->max_connections_per_address, 7u);
  EXPECT_EQ(options->total_inbound_bytes, 10u);
  EXPECT_EQ(options->connection_limits.per_user, 12u);
  EXPECT_EQ(options->connection_limits.inits_per_second, 13u);
  EXPECT_EQ(options->trusted_proxies.size(), 1u);
  EXPECT_EQ(options->send_queue_bytes, 8u);
  EXPECT_EQ(options->total_queue_bytes, 9u);
}

TEST(Settings, WhatIsLeftOutHasTheServicesOwnValues) {
  const auto options = options_of(two_accounts());
  ASSERT_TRUE(options);
  EXPECT_EQ(options->throttle.burst, Throttle{}.burst);
  EXPECT_EQ(options->media.max_bytes, MediaOptions{}.max_bytes);
  EXPECT_EQ(options->send_queue_bytes, limits::kSendQueueBytes);
  EXPECT_EQ(options->total_queue_bytes, limits::kTotalQueueBytes);
  EXPECT_FALSE(options->connection_limits.per_user);
  EXPECT_FALSE(options->connection_limits.inits_per_second);
  EXPECT_FALSE(options->tls);
  EXPECT_FALSE(options->metrics_listen);
}

TEST(Settings, AUserMayStoreOneFileOfTheGreatestSizeAtLeast) {
  auto config = two_accounts();
  auto& media = config.chat_service.media;
  media.max_megabytes = 5000;
  EXPECT_EQ(options_of(config)->media.max_user_bytes, 5000ull * 1024 * 1024);
  const auto refused = [&] {
    for (const auto& problem : refusals(config, ""))
      if (problem.key == "chat_service.media.max_user_megabytes") return problem.what;
    return std::string();
  };
  EXPECT_EQ(refused(), "");
  media.max_user_megabytes = 4999;
  EXPECT_EQ(refused(), "expected at least max_megabytes, which is 5000");
  media.max_user_megabytes = 5000;
  EXPECT_EQ(refused(), "");
}

TEST(Settings, TheCommandLineWins) {
  const auto config = with({.listen = "127.0.0.1:9", .database = ":memory:"}, two_accounts());
  EXPECT_EQ(config.chat_service.listen, "127.0.0.1:9");
  EXPECT_EQ(config.chat_service.database, ":memory:");
  EXPECT_EQ(with({}, config).chat_service.listen, "127.0.0.1:9");
}

TEST(Settings, AnAddressThatIsNoneIsRefused) {
  auto config = two_accounts();
  config.chat_service.listen = "here";
  const auto problems = refusals(config, "");
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems.front().key, "chat_service.listen");
}

}  // namespace
}  // namespace parley::chat_service
