#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/base/http.hpp"
#include "common/base/json.hpp"
#include "common/protocol/token/access_token.hpp"

namespace parley::testing {

inline constexpr std::string_view kAccountSid = "AC0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kServiceSid = "IS0123456789abcdef0123456789abcdef";

/// The key that signs the tests' tokens.
token::ApiKey test_key();

/// What a token says beyond the identity.
struct Ticket {
  token::ApiKey key = test_key();
  std::string service_sid{kServiceSid};
  std::string role_sid{};
  token::Algorithm algorithm = token::Algorithm::hs256;

  std::string token_for(const std::string& identity, WallTime now) const;
};

/// A client that makes requests of the client protocol, however they travel.
class ApiCaller {
 public:
  explicit ApiCaller(std::string identity) : identity_(std::move(identity)) {}
  virtual ~ApiCaller() = default;
  ApiCaller(ApiCaller&&) = default;

  const std::string& identity() const { return identity_; }

  struct Reply {
    int status = 0;  ///< HTTP; 0: no answer
    json::Value body;
    http::Fields headers;

    int code() const { return body.value("code", 0); }
  };
  /// One request and its answer.
  virtual Reply request(http::Request request) = 0;
  /// `url` may be a path or one of the service's absolute links.
  Reply get(std::string_view url, const http::Fields& params = {});
  Reply post(std::string_view url, const json::Value& body, const http::Fields& headers = {});
  Reply remove(std::string_view url, const http::Fields& headers = {});

  /// The configuration, asked for once.
  const json::Value& configuration();
  std::string link(const char* name) { return configuration().at("links").at(name); }
  std::string sync_name(const char* name) { return configuration().at("sync_objects").at(name); }

  // Shortcuts of what most tests need.
  json::Value create(const json::Value& fields);
  void join(const json::Value& conversation);
  /// A new conversation that its creator has joined.
  json::Value make_room(const json::Value& fields = json::Value::object());
  void add(const json::Value& conversation, const std::string& identity);
  Reply say(const json::Value& conversation, const std::string& body);

 private:
  std::string identity_;
  json::Value configuration_;
};

/// The packet of a request.
std::string encode_request(const std::string& id, http::Request request);

}  // namespace parley::testing
