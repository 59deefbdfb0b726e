#include <gmock/gmock.h>

#include "common/config/config.hpp"
#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kHash(64, 'a');
const std::string kOtherHash(64, 'b');

json backend(const std::string& name, const std::string& hash = kHash) {
  return {{"name", name}, {"sha256", hash}};
}

json oidc() {
  return {{"type", "oidc"},
          {"issuer", "https://id.example.com/"},
          {"audiences", {"chat"}},
          {"algorithms", {"RS256"}},
          {"jwks_url", "https://id.example.com/keys?v=1"}};
}

/// The example with these callers.
json with_callers(const json& callers) {
  json document = example();
  document["token_server"]["callers"] = callers;
  return document;
}

json all_callers() {
  return with_callers({{{"type", "users"}},
                       {{"type", "backend_keys"}, {"keys", {backend("shop"), backend("crm", kOtherHash)}}},
                       oidc()});
}

TEST(TokenServerSection, HasNoCallersUnlessTheFileNamesThem) {
  json document = example();
  document.erase("token_server");
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_THAT(loaded->token_server.callers, IsEmpty());
}

TEST(TokenServerSection, ReadsEveryKey) {
  json document = example();
  document["token_server"].update(
      {{"listen", "0.0.0.0:443"},
       {"tls", {{"certificate_file", "c.pem"}, {"private_key_file", "k.pem"}}},
       {"allow_plain_http", true},
       {"cors", {{"allowed_origins", {"https://app.example.com", "http://localhost:3000"}}}},
       {"trusted_proxies", {"10.0.0.1", "fd00::1"}},
       {"get_with_password", true},
       {"database", "a.db"},
       {"audit_log", "b.log"},
       {"refresh", {{"idle_seconds", 60}, {"absolute_seconds", 31536000}}},
       {"metrics_listen", "127.0.0.1:4001"},
       {"workers", 64},
       {"drain_seconds", 60},
       {"limits",
        {{"max_connections", 1},
         {"connections_per_address", 2},
         {"requests_per_minute_per_address", 3},
         {"requests_per_minute_per_identity", 4}}}});
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& read = loaded->token_server;
  EXPECT_EQ(read.listen, "0.0.0.0:443");
  ASSERT_TRUE(read.tls);
  EXPECT_EQ(read.tls->certificate_file, "c.pem");
  EXPECT_EQ(read.tls->private_key_file, "k.pem");
  EXPECT_TRUE(read.allow_plain_http);
  EXPECT_THAT(read.allowed_origins, ElementsAre("https://app.example.com", "http://localhost:3000"));
  EXPECT_THAT(read.trusted_proxies, ElementsAre("10.0.0.1", "fd00::1"));
  EXPECT_TRUE(read.get_with_password);
  EXPECT_EQ(read.database, "a.db");
  EXPECT_EQ(read.audit_log, "b.log");
  EXPECT_EQ(read.refresh_idle, seconds(60));
  EXPECT_EQ(read.refresh_absolute, seconds(31536000));
  EXPECT_EQ(read.metrics_listen, "127.0.0.1:4001");
  EXPECT_EQ(read.workers, 64u);
  EXPECT_EQ(read.drain, seconds(60));
  EXPECT_EQ(read.limits.max_connections, 1u);
  EXPECT_EQ(read.limits.connections_per_address, 2u);
  EXPECT_EQ(read.limits.requests_per_minute_per_address, 3u);
  EXPECT_EQ(read.limits.requests_per_minute_per_identity, 4u);
}

TEST(TokenServerSection, HasTheDefaultsThatTheSchemaDescribes) {
  std::ifstream file(std::string(PARLEY_SOURCE_DIR) + "/config.schema.json");
  const json keys = json::parse(file)["properties"]["token_server"]["properties"];
  const TokenServer defaults;
  const auto described = [](const json& key, const std::string& value) {
    return key["description"].get<std::string>().find("Without it: " + value) != std::string::npos;
  };
  EXPECT_TRUE(described(keys["database"], defaults.database));
  EXPECT_TRUE(described(keys["audit_log"], defaults.audit_log));
  EXPECT_TRUE(described(keys["workers"], std::to_string(defaults.workers)));
  EXPECT_TRUE(described(keys["drain_seconds"], std::to_string(defaults.drain.count())));
  EXPECT_TRUE(described(keys["metrics_listen"], kDefaultTokenMetrics));
  EXPECT_FALSE(defaults.metrics_listen);
  const auto& refresh = keys["refresh"]["properties"];
  EXPECT_TRUE(described(refresh["idle_seconds"], std::to_string(defaults.refresh_idle.count())));
  EXPECT_TRUE(described(refresh["absolute_seconds"], std::to_string(defaults.refresh_absolute.count())));
  const auto& limits = keys["limits"]["properties"];
  const auto& values = defaults.limits;
  EXPECT_TRUE(described(limits["max_connections"], std::to_string(values.max_connections)));
  EXPECT_TRUE(described(limits["connections_per_address"], std::to_string(values.connections_per_address)));
  EXPECT_TRUE(described(limits["requests_per_minute_per_address"],
                        std::to_string(values.requests_per_minute_per_address)));
  EXPECT_TRUE(described(limits["requests_per_minute_per_identity"],
                        std::to_string(values.requests_per_minute_per_identity)));
}

TEST(TokenServerSection, MetricsMayBeSwitchedOff) {
  auto document = example();
  document["token_server"]["metrics_listen"] = "off";
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->token_server.metrics_listen, kNoMetrics);
}

TEST(TokenServerSection, ReadsDevelopment) {
  const auto loaded = parse_json(example());
  ASSERT_TRUE(loaded) << problems_of(loaded);
  ASSERT_EQ(loaded->token_server.callers.size(), 1u);
  EXPECT_EQ(loaded->token_server.callers[0].key, "token_server.callers[0]");
  EXPECT_TRUE(std::holds_alternative<DevelopmentCallers>(loaded->token_server.callers[0].who));
}

TEST(TokenServerSection, ReadsBackendKeysAndWhatAllCallersHave) {
  json key = backend("crm", kOtherHash);
  key["identities"] = {"crm-*", "bot"};
  key["requests_per_minute"] = 30;
  const auto loaded = parse_json(with_callers({{{"type", "backend_keys"},
                                                {"token_ttl_seconds", 180},
                                                {"accounts", {"default"}},
                                                {"keys_file", "/no/such/file/yet"},
                                                {"keys", {backend("shop"), key}}}}));
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& entry = loaded->token_server.callers.at(0);
  EXPECT_EQ(entry.token_ttl, seconds(180));
  EXPECT_THAT(entry.accounts, ElementsAre("default"));
  const auto& read = std::get<BackendKeyCallers>(entry.who);
  EXPECT_EQ(read.keys_file, "/no/such/file/yet");
  ASSERT_EQ(read.keys.size(), 2u);
  EXPECT_EQ(read.keys[0].name, "shop");
  EXPECT_EQ(read.keys[0].sha256, kHash);
  EXPECT_THAT(read.keys[0].identities, IsEmpty());
  EXPECT_FALSE(read.keys[0].requests_per_minute);
  EXPECT_THAT(read.keys[1].identities, ElementsAre("crm-*", "bot"));
  EXPECT_EQ(read.keys[1].requests_per_minute, 30u);
  EXPECT_EQ(read.keys[1].key, "token_server.callers[0].keys[1]");
}

TEST(TokenServerSection, ReadsUsersAndOidc) {
  json entry = oidc();
  entry.update({{"audiences", {"a", "b"}},
                {"algorithms", {"ES256", "RS256"}},
                {"jwks_ca_file", "ca.pem"},
                {"identity_claim", "email"},
                {"clock_skew_seconds", 0}});
  json file = oidc();
  file.erase("jwks_url");
  file["jwks_file"] = "keys.json";
  file["issuer"] = "http://127.0.0.1:8080/realm";
  const auto loaded = parse_json(with_callers({{{"type", "users"}}, entry, file}));
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& callers = loaded->token_server.callers;
  EXPECT_TRUE(std::holds_alternative<UserCallers>(callers.at(0).who));
  EXPECT_FALSE(callers[0].token_ttl);
  const auto& full = std::get<OidcCallers>(callers.at(1).who);
  EXPECT_EQ(full.issuer, "https://id.example.com/");
  EXPECT_THAT(full.audiences, ElementsAre("a", "b"));
  EXPECT_THAT(full.algorithms, ElementsAre("ES256", "RS256"));
  EXPECT_EQ(full.jwks_url, "https://id.example.com/keys?v=1");
  EXPECT_EQ(full.jwks_ca_file, "ca.pem");
  EXPECT_EQ(full.identity_claim, "email");
  EXPECT_EQ(full.clock_skew, seconds(0));
  const auto& bare = std::get<OidcCallers>(callers.at(2).who);
  EXPECT_EQ(bare.jwks_file, "keys.json");
  EXPECT_EQ(bare.identity_claim, "sub");
  EXPECT_EQ(bare.clock_skew, seconds(30));
}

struct Case {
  const char* pointer;  ///< below token_server, what is changed; null: taken out
  json value;
  const char* line;  ///< the one problem that results, below token_server
};

// The document has users, backend_keys with two keys, and oidc.
// clang-format off
const Case kCases[] = {
    {"/listen", "127.0.0.1.example.com", "listen: expected an address and a port"},
    {"/listen", "[::1:80", "listen: expected an address and a port"},
    {"/callers", json::array(), "callers: expected a list of objects with a type, at least one"},
    {"/callers", "development", "callers: expected a list of objects with a type"},
    {"/callers/0", "development", "callers[0]: expected an object with a type: development, backend_keys, users or oidc"},
    {"/callers/0/type", "nobody", "callers[0].type: expected development, backend_keys, users or oidc"},
    {"/callers/0/type", 1, "callers[0].type: expected development"},
    {"/callers/0/type", nullptr, "callers[0].type: expected development, backend_keys, users or oidc, but it is missing"},
    {"/callers/0/type", "development", "callers[0].type: expected development alone"},
    {"/callers/0/keys", json::array(), "callers[0].keys: unknown key; expected one of accounts, token_ttl_seconds, type"},
    {"/callers/2/keys", json::array(), "callers[2].keys: unknown key; expected one of accounts, algorithms, audiences, clock_skew_seconds, identities, identity_claim, issuer, jwks_ca_file, jwks_file, jwks_url, token_ttl_seconds, type"},
    {"/callers/3", {{"type", "users"}}, "callers[3].type: expected users once, but it is there twice"},
    {"/callers/0/token_ttl_seconds", 179, "callers[0].token_ttl_seconds: expected a whole number of seconds, 180 to 86400"},
    {"/callers/0/token_ttl_seconds", 86401, "callers[0].token_ttl_seconds: expected a whole number of seconds"},
    {"/callers/0/accounts", json::array(), "callers[0].accounts: expected a list of names of accounts, at least one, none twice"},
    {"/callers/0/accounts", {"default", "default"}, "callers[0].accounts: expected a list of names of accounts, at least one, none twice"},
    {"/callers/0/accounts", {"default", "hush"}, "callers[0].accounts[1]: expected the name of an account"},
    {"/callers/0/accounts", {1}, "callers[0].accounts[0]: expected the name of an account"},
    {"/callers/1/keys", nullptr, "callers[1].keys: expected a list of objects with name and sha256, at least one; keys or keys_file is needed, but both are missing"},
    {"/callers/1/keys", json::array(), "callers[1].keys: expected a list of objects with name and sha256, at least one"},
    {"/callers/1/keys/1", "key", "callers[1].keys[1]: expected an object with name and sha256"},
    {"/callers/1/keys/1/sha256", "A", "callers[1].keys[1].sha256: expected 64 lower-case hex digits: the SHA-256 of the key"},
    {"/callers/1/keys/1/sha256", nullptr, "callers[1].keys[1].sha256: expected 64 lower-case hex digits: the SHA-256 of the key, but it is missing"},
    {"/callers/1/keys/1/sha256", kHash, "callers[1].keys[1].sha256: expected a key that is not there already"},
    {"/callers/1/keys/1/name", "shop", "callers[1].keys[1].name: expected a name that no other key has"},
    {"/callers/1/keys/1/name", "-", "callers[1].keys[1].name: expected 1 to 64 letters"},
    {"/callers/1/keys/1/key", "pk_x", "callers[1].keys[1].key: unknown key; expected one of identities, name, requests_per_minute, sha256"},
    {"/callers/1/keys/1/identities", json::array(), "callers[1].keys[1].identities: expected a list of patterns, at least one, none twice"},
    {"/callers/1/keys/1/identities", {"a", ""}, "callers[1].keys[1].identities[1]: expected an identity of 1 to 256 characters"},
    {"/callers/1/keys/1/requests_per_minute", 0, "callers[1].keys[1].requests_per_minute: expected a whole number, 1 to 10000000"},
    {"/callers/2/issuer", "http://id.example.com", "callers[2].issuer: expected an https URL without query, or http on loopback"},
    {"/callers/2/issuer", "http://localhost.example.com", "callers[2].issuer: expected an https URL"},
    {"/callers/2/issuer", "http://127.0.0.1.example.com/", "callers[2].issuer: expected an https URL"},
    {"/callers/2/issuer", "https://a@b", "callers[2].issuer: expected an https URL"},
    {"/callers/2/issuer", "https://id.example.com/?x", "callers[2].issuer: expected an https URL"},
    {"/callers/2/issuer", nullptr, "callers[2].issuer: expected an https URL without query, or http on loopback, but it is missing"},
    {"/callers/2/audiences", "chat", "callers[2].audiences: expected a list of texts, at least one, none twice"},
    {"/callers/2/audiences", json::array(), "callers[2].audiences: expected a list of texts"},
    {"/callers/2/audiences", {""}, "callers[2].audiences[0]: expected a text that is not empty"},
    {"/callers/2/algorithms", json::array(), "callers[2].algorithms: expected a list of RS256 and ES256"},
    {"/callers/2/algorithms", {"RS256", "HS256"}, "callers[2].algorithms[1]: expected RS256 or ES256"},
    {"/callers/2/algorithms", {"none"}, "callers[2].algorithms[0]: expected RS256 or ES256"},
    {"/callers/2/jwks_file", "keys.json", "callers[2].jwks_file: expected jwks_file or jwks_url, not both"},
    {"/callers/2/jwks_url", nullptr, "callers[2].jwks_file: expected the path of a file; jwks_file or jwks_url is needed, but both are missing"},
    {"/callers/2/jwks_url", "http://id.example.com/keys", "callers[2].jwks_url: expected an https URL, or http on loopback"},
    {"/callers/2/jwks_ca_file", "", "callers[2].jwks_ca_file: expected the path of a PEM file"},
    {"/callers/2/identity_claim", "", "callers[2].identity_claim: expected the name of a claim"},
    {"/callers/2/clock_skew_seconds", 301, "callers[2].clock_skew_seconds: expected a whole number of seconds, 0 to 300"},
    {"/tls", {{"certificate_file", "c.pem"}}, "tls.private_key_file: expected the path of a PEM file, but it is missing"},
    {"/allow_plain_http", 1, "allow_plain_http: expected true or false"},
    {"/cors", json::object(), "cors.allowed_origins: expected a list of origins, at least one, none twice, but it is missing"},
    {"/cors/allowed_origins", {"*"}, "cors.allowed_origins[0]: expected an origin as browsers send it"},
    {"/cors/allowed_origins", {"https://a.example.com", "https://a.example.com/"}, "cors.allowed_origins[1]: expected an origin"},
    {"/cors/allowed_origins", {"https://A.example.com"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"https://a.example.com:443"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"http://a.example.com:80"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"https://*.example.com"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"null"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"capacitor://localhost/"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"Tauri://localhost"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"://localhost"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"app:localhost"}, "cors.allowed_origins[0]: expected an origin"},
    {"/cors/allowed_origins", {"a.example.com"}, "cors.allowed_origins[0]: expected an origin"},
    {"/trusted_proxies", {"10.0.0.256"}, "trusted_proxies[0]: expected an IP address, such as"},
    {"/trusted_proxies", {"10.0.0"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"10.0.0.1."}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"10.0.0.0/8"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"proxy.example.com"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"fd00:1"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"fd00:::1"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"fd00::1::2"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"1:2:3:4:5:6:7:8:9"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"1:2:3:4:5:6:7::8:9"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"1:2:3:4::5:6:7:8"}, "trusted_proxies[0]: expected an IP address"},
    {"/trusted_proxies", {"fd00::12345"}, "trusted_proxies[0]: expected an IP address"},
    {"/get_with_password", "no", "get_with_password: expected true or false"},
    {"/database", "", "database: expected the path of a file"},
    {"/audit_log", 1, "audit_log: expected the path of a file"},
    {"/refresh/idle_seconds", 59, "refresh.idle_seconds: expected a whole number of seconds, 60 to 31536000"},
    {"/refresh/absolute_seconds", 31536001, "refresh.absolute_seconds: expected a whole number of seconds"},
    {"/refresh/absolute_seconds", 60, "refresh.idle_seconds: expected at most absolute_seconds"},
    {"/metrics_listen", "4001", "metrics_listen: expected an address and a port"},
    {"/workers", 0, "workers: expected a whole number, 1 to 64"},
    {"/workers", 65, "workers: expected a whole number, 1 to 64"},
    {"/drain_seconds", 61, "drain_seconds: expected a whole number of seconds, 1 to 60"},
    {"/limits/max_connections", 0, "limits.max_connections: expected a whole number, 1 to 1000000"},
    {"/limits/requests_per_minute_per_address", 4294967296, "limits.requests_per_minute_per_address: expected a whole number"},
    {"/limits/rate", 1, "limits.rate: unknown key; expected one of connections_per_address, max_connections,"},
};
// clang-format on

TEST(TokenServerSection, NamesTheKeyAndWhatWasExpected) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(std::string(c.pointer) + " = " + c.value.dump());
    const json::json_pointer path(c.pointer);
    json document = all_callers();
    json& section = document["token_server"];
    if (c.value.is_null())
      section[path.parent_pointer()].erase(path.back());
    else
      section[path] = c.value;
    const auto loaded = parse_json(document);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(problems_of(loaded), testing::StartsWith(std::string("  token_server.") + c.line));
    EXPECT_EQ(loaded.error().size(), 1u) << problems_of(loaded);
  }
}

TEST(TokenServerSection, TakesAddressesOfEveryShape) {
  for (const char* address :
       {"0.0.0.0", "255.255.255.255", "::", "::1", "fd00::1", "1:2:3:4:5:6:7:8", "1:2:3::7:8",
        "1::", "2001:db8:0:0:0:0:0:1", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7::"}) {
    json document = example();
    document["token_server"]["trusted_proxies"] = {address};
    EXPECT_TRUE(parse_json(document)) << address;
  }
}

// Apps in a web view or an extension have origins with schemes of their own.
TEST(TokenServerSection, TakesOriginsOfAnyScheme) {
  const json origins = {"capacitor://localhost",
                        "ionic://localhost",
                        "tauri://localhost",
                        "app://obsidian.md",
                        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                        "moz-extension://0a1b2c3d-0000-4000-8000-0123456789ab",
                        "vscode-webview://x1",
                        "http://[::1]:3000",
                        "https://app.example.com:8443"};
  json document = example();
  document["token_server"]["cors"] = {{"allowed_origins", origins}};
  document["chat_service"]["allowed_origins"] = origins;
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(json(loaded->token_server.allowed_origins), origins);
  EXPECT_EQ(json(loaded->chat_service.allowed_origins), origins);
}

TEST(TokenServerSection, ExplainsSeveralEntriesAtOnce) {
  json document = all_callers();
  auto& callers = document["token_server"]["callers"];
  callers[0]["extra"] = 1;
  callers[1]["keys"][0].erase("name");
  callers[1]["keys"][1]["sha256"] = 1;
  callers[2]["audiences"] = json::array();
  const auto loaded = parse_json(document);
  ASSERT_FALSE(loaded);
  std::vector<std::string> keys;
  for (const auto& problem : loaded.error()) keys.push_back(problem.key);
  EXPECT_THAT(keys, testing::UnorderedElementsAre(
                        "token_server.callers[0].extra", "token_server.callers[1].keys[0].name",
                        "token_server.callers[1].keys[1].sha256", "token_server.callers[2].audiences"));
}

TEST(TokenServerSection, WantsAuthoritiesForHttpsOnly) {
  json entry = oidc();
  entry["jwks_url"] = "http://127.0.0.1:8080/keys";
  entry["jwks_ca_file"] = "ca.pem";
  EXPECT_EQ(problems_of(parse_json(with_callers(json::array({entry})))),
            "  token_server.callers[0].jwks_ca_file: expected with a jwks_url that is https only\n");
}

#ifndef _WIN32
TEST(TokenServerSection, RefusesAPrivateKeyThatOthersCanRead) {
  const TemporaryFile closed("pem", 0640), open("pem", 0644);
  json document = example();
  document["token_server"]["tls"] = {{"certificate_file", "c.pem"}, {"private_key_file", closed.path()}};
  EXPECT_TRUE(parse_json(document)) << problems_of(parse_json(document));
  document["token_server"]["tls"]["private_key_file"] = open.path();
  EXPECT_EQ(problems_of(parse_json(document)),
            "  token_server.tls.private_key_file: expected a file that only its owner and group can read "
            "(chmod o-rwx)\n");
  const TemporaryFile certificate("-----BEGIN CERTIFICATE-----", 0644);
  document["token_server"]["tls"]["private_key_file"] = certificate.path();
  EXPECT_TRUE(parse_json(document)) << "swapped, which is said by whoever uses it, and no secret";
}
#endif

}  // namespace
}  // namespace parley::config
