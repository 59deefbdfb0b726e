#include "chat_service/src/media/temporary_url.hpp"

#include <charconv>

#include "common/base/encoding.hpp"

namespace parley::chat_service::media {
namespace {

constexpr std::string_view kExpires = "Expires";
constexpr std::string_view kSignature = "Signature";

std::int64_t to_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool is_over(std::string_view expires, WallTime now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  return error != std::errc() || end != expires.data() + expires.size() || to_seconds(now) >= seconds;
}

}  // namespace

TemporaryUrls::TemporaryUrls(std::string_view secret, Duration life)
    : key_(HashAlgorithm::sha256, hmac(HashAlgorithm::sha256, secret, "temporary media URL")), life_(life) {}

std::string TemporaryUrls::sign(std::string_view service_sid, std::string_view sid,
                                std::string_view expires) const {
  std::string text(service_sid);
  text.append("\n").append(sid).append("\n").append(expires);
  return base64url_encode(key_.sign(text));
}

// Rounded up: a link lives as long as it says at least.
std::string TemporaryUrls::query(std::string_view service_sid, std::string_view sid, WallTime now) const {
  const auto end = now + std::chrono::duration_cast<WallTime::duration>(life_);
  const std::string expires = std::to_string(to_seconds(end) + 1);
  return std::string(kExpires) + '=' + expires + '&' + std::string(kSignature) + '=' +
         sign(service_sid, sid, expires);
}

bool TemporaryUrls::allows(std::string_view service_sid, std::string_view sid, const http::Fields& params,
                           WallTime now) const {
  const auto expires = http::find_param(params, kExpires);
  const auto signature = http::find_param(params, kSignature);
  return expires && signature && constant_time_equal(*signature, sign(service_sid, sid, *expires)) &&
         !is_over(*expires, now);
}

bool TemporaryUrls::is_signed(const http::Fields& params) {
  return http::find_param(params, kSignature).has_value();
}

}  // namespace parley::chat_service::media
