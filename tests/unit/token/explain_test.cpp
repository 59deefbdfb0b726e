#include "common/protocol/token/explain.hpp"

#include <gmock/gmock.h>

#include "common/base/encoding.hpp"
#include "common/protocol/token/jwt.hpp"
#include "tests/unit/token/samples.hpp"

namespace parley::token {
namespace {

using samples::kNow;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kGoodHeader = R"({"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"})";

/// The members of a payload, each as JSON text; empty: left out.
struct Members {
  std::string jti = "\"SK-1\"";
  std::string iss = "\"" + samples::kKeySid + "\"";
  std::string sub = "\"" + samples::kAccount + "\"";
  std::string iat = std::to_string(kNow);
  std::string exp = std::to_string(kNow + 3600);
  std::string nbf{};
  std::string grants = R"({"identity":"alice","chat":{"service_sid":")" + samples::kService + "\"}}";

  std::string text() const {
    std::string out;
    const auto add = [&out](const char* name, const std::string& value) {
      if (!value.empty()) out += (out.empty() ? "\"" : ",\"") + std::string(name) + "\":" + value;
    };
    add("jti", jti);
    add("iss", iss);
    add("sub", sub);
    add("iat", iat);
    add("exp", exp);
    add("nbf", nbf);
    add("grants", grants);
    return "{" + out + "}";
  }
};

std::string signed_with(std::string_view secret, const Members& members,
                        const std::string& header = kGoodHeader) {
  return make_jwt(Algorithm::hs256, secret, header, members.text());
}
std::string good() { return *mint(samples::key(), samples::spec(), samples::now()); }

Explanation explained(std::string_view pasted) {
  return explain(pasted, KeyRing(samples::key()), samples::policy(), samples::now());
}

auto finding(Severity severity, int code, const std::string& text) {
  return AllOf(Field("severity", &Finding::severity, severity), Field("code", &Finding::code, code),
               Field("text", &Finding::text, HasSubstr(text)));
}
auto refused(int code, const std::string& text) { return finding(Severity::refused, code, text); }
auto warned(const std::string& text) { return finding(Severity::warning, 0, text); }
auto noted(const std::string& text) { return finding(Severity::note, 0, text); }

TEST(Explain, FindsNothingAboutAGoodToken) {
  const auto out = explained(good());
  EXPECT_THAT(out.findings, IsEmpty());
  EXPECT_EQ(out.signature, SignatureState::verified);
  EXPECT_FALSE(out.is_refused());
}

TEST(Explain, TellsTheFactsOfAToken) {
  TokenSpec spec = samples::spec("Алиса");
  spec.region = "ie1";
  spec.not_before = samples::at(kNow - 5);
  spec.grants = {ChatGrant{samples::kService, "desk:1", "RL1", "CR1"}, VideoGrant{"room"}};
  const auto facts = explain(*mint(samples::key(), spec, samples::now()), KeyRing(samples::key()),
                             samples::policy(), samples::at(kNow + 600))
                         .facts;
  EXPECT_EQ(facts.algorithm, "HS256");
  EXPECT_EQ(facts.type, "JWT");
  EXPECT_EQ(facts.content_type, "twilio-fpa;v=1");
  EXPECT_EQ(facts.region, "ie1");
  EXPECT_EQ(facts.token_id, samples::kKeySid + "-1735689600");
  EXPECT_EQ(facts.identity, "Алиса");
  EXPECT_EQ(facts.account_sid, samples::kAccount);
  EXPECT_EQ(facts.key_sid, samples::kKeySid);
  EXPECT_THAT(facts.grants, ElementsAre("chat", "video"));
  EXPECT_EQ(facts.service_sid, samples::kService);
  EXPECT_EQ(facts.endpoint_id, "desk:1");
  EXPECT_EQ(facts.role_sid, "RL1");
  EXPECT_EQ(facts.push_credential_sid, "CR1");
  EXPECT_EQ(facts.issued_at, samples::now());
  EXPECT_EQ(facts.not_before, samples::at(kNow - 5));
  EXPECT_EQ(facts.expires_at, samples::at(kNow + 3600));
  EXPECT_EQ(facts.life, std::chrono::seconds(3600));
  EXPECT_EQ(facts.remaining, std::chrono::seconds(3000));
}

TEST(Explain, TakesTheTokenOutOfWhatWasPastedAndSaysSo) {
  struct Case {
    std::string pasted, note;
  };
  const Case cases[] = {
      {" \r\n" + good() + "\n", "White space"},
      {"\xEF\xBB\xBF" + good(), "White space"},
      {"Bearer " + good(), "\"Bearer\""},
      {"Authorization: bearer  " + good(), "name of the header"},
      {"\"" + good() + "\"", "Quotes"},
      {R"({"token": ")" + good() + R"(","expires_at":1})", "whole JSON reply"},
      {R"({"access_token": ")" + good() + "\"}\n", "whole JSON reply"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.note);
    const auto out = explained(c.pasted);
    EXPECT_THAT(out.findings, Contains(noted(c.note)));
    EXPECT_FALSE(out.is_refused());
    EXPECT_EQ(out.signature, SignatureState::verified);
  }
}

struct Case {
  std::string name;
  std::string token;
  int code;
  std::string text;
};

void expect_refusals(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto out = explained(c.token);
    EXPECT_THAT(out.findings, Contains(refused(c.code, c.text)));
    EXPECT_THAT(out.findings, Each(Field("text", &Finding::text, Not(HasSubstr(samples::kSecret)))));
    EXPECT_TRUE(out.is_refused());
  }
}

Members with(std::string Members::*member, std::string value) {
  Members members;
  members.*member = std::move(value);
  return members;
}
std::string token_with(std::string Members::*member, std::string value) {
  return signed_with(samples::kSecret, with(member, std::move(value)));
}
std::string token_with_header(const std::string& header) { return signed_with(samples::kSecret, {}, header); }

TEST(Explain, RecognizesWhatIsNoToken) {
  const std::string token = good();
  std::string wrapped = token;
  wrapped.insert(80, "\n");
  std::string ordinary = token;
  ordinary[100] = '+';
  expect_refusals({
      {"empty", "", 20101, "empty"},
      {"blank", " \n ", 20101, "empty"},
      {"key SID", samples::kKeySid, 20101, "SID (SK...)"},
      {"secret", samples::kSecret, 20101, "form of a secret"},
      {"word", "hello", 20101, "three parts"},
      {"error reply", R"({"error":"invalid_request"})", 20101, "JSON of an error"},
      {"decoded payload", Members{}.text(), 20101, "decoded payload"},
      {"broken JSON", R"({"token":)", 20101, "looks like JSON"},
      {"encrypted", token + ".a.b", 20101, "encrypted (JWE)"},
      {"four parts", token + ".", 20101, "4 parts"},
      {"no signature part", token.substr(0, token.rfind('.')), 20101, "signature is missing"},
      {"wrapped", wrapped, 20101, "white space or line breaks inside"},
      {"padded", token + "=", 20101, "padding"},
      {"ordinary alphabet", ordinary, 20101, "ordinary base64"},
      {"percent-encoded", token + "%3D", 20101, "percent-encoded"},
      {"foreign characters", token + "\x1b[31m", 20101, "\\x1b[31m"},
      {"payload cut", token.substr(0, 150) + ".abcd", 20101, "payload"},
      {"encoded twice", make_jwt(Algorithm::hs256, samples::kSecret, base64url_encode(kGoodHeader), "{}"),
       20101, "encoded twice"},
      {"payload a list", make_jwt(Algorithm::hs256, samples::kSecret, kGoodHeader, "[]"), 20101,
       "not an object"},
      {"named twice", token_with(&Members::jti, R"("a","iss":"b")"), 20101, "\"iss\" twice"},
      {"too long", std::string(9000, 'x'), 20101, "9000 bytes"},
  });
}

TEST(Explain, ReadsOnWhereOnlyTheFormIsWrong) {
  const auto out = explained(token_with(&Members::exp, std::to_string(kNow - 60)) + "=");
  EXPECT_TRUE(out.readable);
  EXPECT_EQ(out.facts.identity, "alice");
  EXPECT_THAT(out.findings, ElementsAre(refused(20101, "padding"), refused(20104, "expired 1 min ago"),
                                        refused(20104, "not after iat")));
}

TEST(Explain, NamesWhatIsWrongWithTheHeader) {
  expect_refusals({
      {"no cty", token_with_header(R"({"alg":"HS256","typ":"JWT"})"), 20102, "made by hand"},
      {"other cty", token_with_header(R"({"alg":"HS256","typ":"JWT","cty":"x"})"), 20102,
       "cty in the header is \"x\""},
      {"older cty", token_with_header(R"({"alg":"HS256","typ":"JWT","cty":"twilio-sat;v=1"})"), 20102,
       "older kind"},
      {"typ", token_with_header(R"({"alg":"HS256","typ":"jwt","cty":"twilio-fpa;v=1"})"), 20102,
       "in capitals"},
      {"none", token_with_header(R"({"alg":"none","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102,
       "not signed at all"},
      {"RS256", token_with_header(R"({"alg":"RS256","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102,
       "OpenID providers"},
      {"small letters", token_with_header(R"({"alg":"hs256","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102,
       "must be \"HS256\""},
      {"list", token_with_header(R"({"alg":[],"typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102, "a list"},
  });
}

TEST(Explain, WarnsOfStrongerAlgorithmsAndRefusesThemOnlyWhereTheyAreNotConfigured) {
  TokenSpec spec = samples::spec();
  spec.algorithm = Algorithm::hs384;
  const auto token = *mint(samples::key(), spec, samples::now());
  EXPECT_THAT(explained(token).findings, ElementsAre(refused(20102, "HS384"), warned("HS256 only")));
  VerifyPolicy policy = samples::policy();
  policy.algorithms = {Algorithm::hs256, Algorithm::hs384};
  const auto out = explain(token, KeyRing(samples::key()), policy, samples::now());
  EXPECT_THAT(out.findings, ElementsAre(warned("HS256 only")));
  EXPECT_EQ(out.signature, SignatureState::verified);
}

TEST(Explain, NotesTheHomeRegion) {
  TokenSpec spec = samples::spec();
  spec.region = "ie1";
  EXPECT_THAT(explained(*mint(samples::key(), spec, samples::now())).findings,
              ElementsAre(noted("home region \"ie1\"")));
}

TEST(Explain, NamesWhatIsWrongWithIssuerAndSubject) {
  const std::string account = "\"" + samples::kAccount + "\"";
  const std::string key = "\"" + samples::kKeySid + "\"";
  Members swapped;
  std::swap(swapped.iss, swapped.sub);
  Members capability = with(&Members::iss, account);
  capability.sub.clear();
  expect_refusals({
      {"swapped", signed_with(samples::kSecret, swapped), 20103, "swapped"},
      {"capability token", signed_with(samples::kSecret, capability), 20103, "capability token"},
      {"account", token_with(&Members::iss, account), 20103, "account SID"},
      {"absent", token_with(&Members::iss, ""), 20103, "iss is absent"},
      {"false", token_with(&Members::iss, "false"), 20103, "iss is false"},
      {"short", token_with(&Members::iss, "\"SK12\""), 20103, "exactly 32 digits"},
      {"OpenID", token_with(&Members::iss, "\"https://accounts.example.com\""), 20103, "OpenID provider"},
      {"sub a key", token_with(&Members::sub, key), 20103, "SID of an API key"},
      {"sub short", token_with(&Members::sub, "\"ac1\""), 20103, "exactly 32 digits"},
      {"sub absent", token_with(&Members::sub, ""), 20103, "sub is absent"},
      {"unknown key", token_with(&Members::iss, "\"SK0000000000000000000000000000000f\""), 20103,
       "not configured"},
      {"another account", token_with(&Members::sub, "\"AC0000000000000000000000000000000f\""), 20103,
       "belongs to " + samples::kAccount},
  });
}

TEST(Explain, TellsWithWhatElseATokenWasSigned) {
  const std::string& secret = samples::kSecret;
  const std::string token = good();
  const std::string input = token.substr(0, token.rfind('.'));
  const auto with_signature = [&input](std::string_view bytes) {
    return input + "." + base64url_encode(bytes);
  };
  const auto signed_by = [&input](Algorithm algorithm, std::string_view key) {
    return sign(algorithm, key, input);
  };
  const auto by = [&](std::string_view key) { return with_signature(signed_by(Algorithm::hs256, key)); };
  const std::string right = signed_by(Algorithm::hs256, secret);
  expect_refusals({
      {"line break", by(secret + "\n"), 20107, "line break behind it"},
      {"CR LF", by(secret + "\r\n"), 20107, "CR LF"},
      {"quotes", by("\"" + secret + "\""), 20107, "quotes"},
      {"decoded", by(*base64url_decode(secret)), 20107, "base64-decoded"},
      {"encoded", by(base64url_encode(secret)), 20107, "base64-encoded"},
      {"encoded with padding", by(base64url_encode(secret) + "="), 20107, "base64-encoded"},
      {"key SID", by(samples::kKeySid), 20107, "key's SID in place"},
      {"empty", by(""), 20107, "empty secret"},
      {"another secret", by("another"), 20107, "another secret"},
      {"another algorithm", with_signature(signed_by(Algorithm::hs512, secret)), 20107, "signed with HS512"},
      {"cut", with_signature(right.substr(0, 20)), 20107, "token was cut"},
      {"none", input + ".", 20107, "empty"},
      {"hexadecimal", with_signature(hex_encode(as_bytes(right))), 20107, "hexadecimal text"},
  });
  EXPECT_EQ(explained(by("another")).signature, SignatureState::wrong);
}

TEST(Explain, TriesTheSecretInItsOtherForms) {
  const auto cause = [](const std::string& configured, std::string_view used) {
    ApiKey key = samples::key();
    key.secret = configured;
    const auto out = explain(signed_with(used, {}), KeyRing(key), samples::policy(), samples::now());
    return out.findings.empty() ? std::string() : out.findings[0].text;
  };
  EXPECT_THAT(cause("secret\n", "secret"), HasSubstr("without the white space"));
  EXPECT_THAT(cause("00ff10", std::string_view("\x00\xff\x10", 3)), HasSubstr("hexadecimal"));
  EXPECT_THAT(cause("", ""), HasSubstr("No secret is configured"));
}

TEST(Explain, RecognizesTheSecretOfAnotherConfiguredKey) {
  KeyRing keys(samples::key());
  keys.add({samples::kAccount, "SK0000000000000000000000000000000e", "other"});
  const auto out = explain(signed_with("other", {}), keys, samples::policy(), samples::now());
  EXPECT_THAT(out.findings, ElementsAre(refused(20107, "SK0000000000000000000000000000000e")));
  Members unknown = with(&Members::iss, "\"SK0000000000000000000000000000000f\"");
  EXPECT_THAT(explain(signed_with("other", unknown), keys, samples::policy(), samples::now()).findings,
              ElementsAre(refused(20103, "not configured"), noted("SK0000000000000000000000000000000e")));
}

TEST(Explain, SaysThatWithoutAKeyTheSignatureIsNotChecked) {
  const auto out = explain(signed_with("anything", {}), KeyRing(), VerifyPolicy{}, samples::now());
  EXPECT_EQ(out.signature, SignatureState::not_checked);
  EXPECT_THAT(out.findings, ElementsAre(noted("not checked")));
  EXPECT_FALSE(out.is_refused());
}

TEST(Explain, NamesWhatIsWrongWithTheTimes) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  Members long_life = with(&Members::exp, number(kNow + 90000));
  Members backwards = with(&Members::iat, number(kNow + 100));
  backwards.exp = number(kNow + 50);
  expect_refusals({
      {"expired", token_with(&Members::exp, number(kNow - 7500)), 20104, "expired 2 h 5 min ago"},
      {"no exp", token_with(&Members::exp, ""), 20104, "no exp"},
      {"milliseconds", token_with(&Members::exp, "1735693200000"), 20104, "milliseconds"},
      {"a life", token_with(&Members::exp, "3600"), 20104, "that is a life"},
      {"year 1", token_with(&Members::exp, "-62135596800"), 20104, "must be a number of seconds"},
      {"a text", token_with(&Members::exp, "\"1735693200\""), 20104, "not a text"},
      {"nbf ahead", token_with(&Members::nbf, number(kNow + 90)), 20105, "1 min 30 s in the future"},
      {"nbf milliseconds", token_with(&Members::nbf, "1735689600000"), 20105, "milliseconds"},
      {"iat milliseconds", token_with(&Members::iat, "1735689600000"), 20101, "iat is"},
      {"life", signed_with(samples::kSecret, long_life), 20157, "1 day 1 h"},
      {"too far", signed_with(samples::kSecret, long_life), 20104, "ahead"},
      {"backwards", signed_with(samples::kSecret, backwards), 20104, "not after iat"},
  });
}

TEST(Explain, WarnsOfTimesThatBringTrouble) {
  EXPECT_THAT(explained(token_with(&Members::exp, std::to_string(kNow + 120))).findings,
              ElementsAre(warned("only 2 min")));
  EXPECT_THAT(explained(token_with(&Members::nbf, std::to_string(kNow + 5))).findings,
              ElementsAre(warned("5 s in the future")));
  EXPECT_THAT(explained(token_with(&Members::iat, std::to_string(kNow + 900))).findings,
              ElementsAre(warned("15 min in the future")));
  EXPECT_THAT(explained(token_with(&Members::iat, "")).findings, ElementsAre(warned("no iat")));
}

TEST(Explain, NamesWhatIsWrongWithTheGrants) {
  const std::string service = R"("chat":{"service_sid":")" + samples::kService + "\"}";
  const auto grants = [](const std::string& inner) {
    return token_with(&Members::grants, "{" + inner + "}");
  };
  expect_refusals({
      {"no grants", token_with(&Members::grants, ""), 20106, "grants is absent"},
      {"a list", token_with(&Members::grants, "[]"), 20106, "a list"},
      {"a scope", token_with(&Members::grants, R"(1,"scope":"scope:client:incoming")"), 20106, "capability"},
      {"no identity", grants(service), 20106, "no identity"},
      {"a number", grants("\"identity\":12345," + service), 20106, "the number 12345"},
      {"empty", grants("\"identity\":\"\"," + service), 20106, "not empty"},
      {"reserved", grants("\"identity\":\"system\"," + service), 20106, "not reserved"},
      {"no chat", grants(R"("identity":"alice","video":{},"voice":{})"), 20106, "video, voice"},
      {"nothing", grants(R"("identity":"alice")"), 20106, "none at all"},
      {"chat a text", grants(R"("identity":"alice","chat":"IS1")"), 20106, "must be an object"},
      {"no service", grants(R"("identity":"alice","chat":{})"), 20106,
       "service_sid of the chat grant is absent"},
      {"wrong prefix", grants(R"("identity":"alice","chat":{"service_sid":"CH1"})"), 20106, "must be IS"},
      {"another service",
       grants(R"("identity":"alice","chat":{"service_sid":"IS0000000000000000000000000000000f"})"), 20106,
       "not the configured one"},
      {"both names", grants("\"identity\":\"alice\"," + service + ",\"ip_messaging\":{}"), 20106, "two chat"},
  });
}

TEST(Explain, WarnsOfGrantsThatBringTrouble) {
  const auto findings = [](const std::string& inner) {
    return explained(token_with(&Members::grants, "{\"identity\":\"alice\"," + inner + "}")).findings;
  };
  const std::string service = R"("service_sid":")" + samples::kService + "\"";
  EXPECT_THAT(findings("\"ip_messaging\":{" + service + "}"), ElementsAre(warned("old name")));
  EXPECT_THAT(findings("\"chat\":{" + service + R"(,"push_credential_sid":"XX1"})"),
              ElementsAre(warned("push_credential_sid")));
  EXPECT_THAT(findings("\"chat\":{" + service + R"(},"shop":{})"), ElementsAre(noted("\"shop\"")));
}

TEST(Explain, FindsEveryProblemAndTellsThemInTheVerifiersOrder) {
  Members members = with(&Members::exp, std::to_string(kNow - 60));
  members.nbf = std::to_string(kNow + 60);
  members.sub = "\"AC0000000000000000000000000000000f\"";
  members.grants = "{\"chat\":{}}";
  const auto out = explained(signed_with("wrong", members, R"({"alg":"HS256","typ":"JWT"})"));
  EXPECT_THAT(out.findings, ElementsAre(refused(20102, "cty"), refused(20103, "belongs to"),
                                        refused(20107, "signature"), refused(20105, "not valid yet"),
                                        refused(20104, "expired"), refused(20104, "not after iat"),
                                        refused(20106, "no identity"), refused(20106, "service_sid")));
}

TEST(Explain, MakesForeignTextFitForATerminal) {
  EXPECT_EQ(printable("Алиса 😀"), "Алиса 😀");
  EXPECT_EQ(printable("a\x1b[31m\n\x7f\xff"), "a\\x1b[31m\\x0a\\x7f\\xff");
  EXPECT_EQ(printable("\u202Egnp"), "\\xe2\\x80\\xaegnp");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  const auto out = explained(token_with(&Members::iss, R"("\u001b[2J")"));
  EXPECT_THAT(out.findings, Contains(refused(20103, "\\x1b[2J")));
}

TEST(Explain, TellsDurationsInWords) {
  using std::chrono::seconds;
  EXPECT_EQ(in_words(seconds(0)), "0 s");
  EXPECT_EQ(in_words(seconds(-59)), "59 s");
  EXPECT_EQ(in_words(seconds(60)), "1 min");
  EXPECT_EQ(in_words(seconds(150)), "2 min 30 s");
  EXPECT_EQ(in_words(seconds(615)), "10 min");
  EXPECT_EQ(in_words(seconds(12000)), "3 h 20 min");
  EXPECT_EQ(in_words(seconds(2 * 86400 + 3600)), "2 days 1 h");
}

}  // namespace
}  // namespace parley::token
