#include "chat_service/src/domain/attachments.hpp"

#include <algorithm>

#include "chat_service/src/errors.hpp"
#include "common/base/limits.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::attachments {
namespace {

Result<Medium> find_own(Scope& scope, const Wanted& wanted) {
  std::optional<Medium> medium;
  if (is_sid(wanted.sid, "ME")) medium = scope.tables.media.find(scope.service_sid(), wanted.sid);
  if (!medium || medium->author != scope.caller.identity || medium->message_sid)
    return errors::bad_request(wanted.field +
                               ": expected the SID of an upload of one's own for this message");
  return std::move(*medium);
}

Result<void> check_size(const Scope& scope, const std::vector<Medium>& media, const std::string& field) {
  const std::uint64_t most = scope.options.media.max_bytes;
  std::uint64_t bytes = 0;
  for (const Medium& medium : media) bytes += static_cast<std::uint64_t>(medium.size);
  if (bytes <= most) return {};
  return errors::bad_request(field + ": expected files of at most " + std::to_string(most) +
                             " bytes together");
}

}  // namespace

Result<std::vector<Medium>> pick(Scope& scope, const std::vector<Wanted>& wanted) {
  std::vector<Medium> media;
  if (wanted.size() > limits::kMessageMedia)
    return errors::bad_request("media_sids: expected at most " + std::to_string(limits::kMessageMedia));
  for (const Wanted& one : wanted) {
    const auto same = [&](const Medium& medium) { return medium.sid == one.sid; };
    if (std::any_of(media.begin(), media.end(), same))
      return errors::bad_request(one.field + ": expected each upload once");
    auto medium = find_own(scope, one);
    if (!medium) return medium.error();
    media.push_back(std::move(*medium));
  }
  if (media.empty()) return media;
  if (const auto fits = check_size(scope, media, wanted.front().field); !fits) return fits.error();
  return media;
}

void attach(Scope& scope, const std::vector<Medium>& media, const Message& message) {
  for (std::size_t i = 0; i < media.size(); ++i)
    scope.tables.media.attach(media[i].id, message, static_cast<int>(i));
}

}  // namespace parley::chat_service::attachments
