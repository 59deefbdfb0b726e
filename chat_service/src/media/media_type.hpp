#pragma once
#include <string>
#include <string_view>

#include <parley/error.hpp>

namespace parley::chat_service::media {

/// A Content-Type in its one normal form: "text/plain;charset=utf-8". Type, subtype and names of parameters
/// are in lower case, a value stands in quotes only if it must, empty parameters are gone. So whoever reads
/// it, however loosely, reads one type, the one that was looked up among those allowed.
///
/// "" is application/octet-stream. Else exactly `type/subtype *( OWS ";" OWS [ name "=" ( token /
/// quoted-string ) ] )` of RFC 9110 in printable ASCII, no name twice, is taken; all else is
/// Errc::invalid_argument with http_status 400.
Result<std::string> clean_content_type(std::string_view text);

/// "text/html" of "text/html;charset=utf-8", as clean_content_type() gives it.
std::string_view essence(std::string_view media_type);

}  // namespace parley::chat_service::media
