#include "chat_sdk/src/login/session_record.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::detail {
namespace {

constexpr std::size_t kMaxRecordBytes = 64 * 1024;
constexpr std::int64_t kVersion = 1;

}  // namespace

std::string to_record(const SessionOwner& owner, const std::string& session) {
  return json::dump({{"parley_session", kVersion},
                     {"url", owner.url},
                     {"user", owner.user},
                     {"account", owner.account},
                     {"refresh_token", session}});
}

std::string session_in(const std::string& record, const SessionOwner& owner) {
  if (record.size() > kMaxRecordBytes) return "";
  const auto object = json::parse_object(record);
  if (!object) return "";
  json::Reader reader(*object, "session");
  const auto version = reader.integer("parley_session");
  const SessionOwner found{reader.string("url"), reader.string("user"), reader.string("account")};
  auto session = reader.string("refresh_token");
  return reader.failed() || version != kVersion || found != owner ? "" : session;
}

}  // namespace parley::detail
