#pragma once
#include <string>

namespace parley::net {

/// Is it an entry of TlsClientOptions::pins: "sha256/" and the Base64 of 32 bytes?
bool is_pin(const std::string& text);

}  // namespace parley::net
