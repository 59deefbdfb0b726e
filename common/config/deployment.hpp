#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "common/config/config.hpp"

/// Is a configuration that is right in itself also safe where it is used? For the servers.
namespace parley::config {

/// The secret of config.example.json, which the whole world knows.
inline constexpr std::string_view kExampleSecret = "example-secret-change-me-0123456";

/// Why token_server must not start with this configuration:
/// - there are no callers;
/// - callers of type development off loopback, or with a secret that is not the example's;
/// - the example's or a weak secret off loopback (under 24 bytes or fewer than 8 different ones), previous
///   keys included;
/// - plain HTTP off loopback without allow_plain_http;
/// - get_with_password without callers of type users.
///
/// Looks at no file. Any thread may call.
Problems check_deployment(const Config& config);

/// Why chat_service must not start with this configuration: two accounts with the same service; off loopback,
/// as above, the example's or a weak secret, and plain HTTP without allow_plain_http. Looks at no file. Any
/// thread may call.
Problems check_chat_deployment(const Config& config);

/// Why the configuration file itself should be closed to others: it holds a secret that is not the example's
/// and others than its owner and group can read it. Nothing if it does not, if `path` is empty, or if the
/// file cannot be read.
std::optional<Problem> exposed_secret(const std::string& path);

/// Why the private key of a section, such as "chat_service", must not be used: others than its owner and
/// group may do something with its file. Nothing without TLS, or if there is no such file.
std::optional<Problem> exposed_private_key(const std::optional<Tls>& tls, const std::string& section);

/// Is this address and port, as in `listen`, of this machine only: 127.0.0.0/8, [::1] or localhost?
bool listens_on_loopback(std::string_view listen);

}  // namespace parley::config
