#pragma once
#include <gtest/gtest.h>

#include <parley/parley.hpp>

#include "chat_service/service.hpp"
#include "common/protocol/token/access_token.hpp"

namespace parley::testing {

/// A real service on a loopback port, and tokens for it.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { service.start().value(); }

  static ServiceOptions service_options() {
    ServiceOptions options;
    options.tenants.push_back(
        {.account_sid = key().account_sid, .service_sid = kServiceSid, .keys = token::KeyRing(key())});
    options.media.min_free_bytes = 0;  // A nearly full disk under the temporary directory fails no test.
    return options;
  }

  static token::ApiKey key() {
    return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", "integration secret"};
  }

  static std::string token_for(const std::string& identity,
                               std::chrono::seconds life = std::chrono::seconds(3600)) {
    token::TokenSpec spec;
    spec.identity = identity;
    spec.ttl = life;
    spec.grants = {token::ChatGrant{.service_sid = kServiceSid}};
    return token::mint(key(), spec, system_clock().wall_now()).value();
  }

  ClientOptions options_for(const std::string& identity) const {
    ClientOptions options;
    options.endpoint = Endpoint::service(service.url());
    options.tokens = fixed_token(token_for(identity));
    return options;
  }

  static constexpr const char* kServiceSid = "IS00000000000000000000000000000003";

  Service service{service_options()};
};

}  // namespace parley::testing
