#pragma once
#include <string>
#include <string_view>

namespace parley::detail {

/// What a log may say of a request's target (a path or a URL): the words of the API and SIDs. Whatever else
/// stands where a name may stand (identities, names of channels and files) becomes `*`; scheme, host and
/// query are left out. "https://host/v3/Conversations/general/Messages?a=b" is
/// "/v3/Conversations/*/Messages".
std::string request_name(std::string_view target);

}  // namespace parley::detail
