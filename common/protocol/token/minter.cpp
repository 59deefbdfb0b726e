#include "common/protocol/token/minter.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/encoding.hpp"
#include "common/base/utf8.hpp"
#include "common/protocol/token/jwt.hpp"

namespace parley::token {
namespace {

// How a character is written in JSON if not as itself; nullptr for \u00XX.
const char* short_escape(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return nullptr;
  }
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

std::size_t escaped_size(std::string_view text) {
  std::size_t size = text.size();
  for (char c : text)
    if (needs_escape(c)) size += short_escape(c) ? 1 : 5;
  return size;
}

char* put(char* out, std::string_view text) { return std::copy(text.begin(), text.end(), out); }

// As the JSON library writes it.
char* put_escaped(char* out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (char c : text) {
    if (!needs_escape(c)) {
      *out++ = c;
    } else if (const char* escape = short_escape(c)) {
      out = put(out, escape);
    } else {
      out = put(out, "\\u00");
      *out++ = kHex[static_cast<unsigned char>(c) >> 4];
      *out++ = kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

}  // namespace

/// A part of the payload: as it is, or the inside of a JSON string still to be escaped.
struct Minter::Piece {
  std::string_view text;
  bool is_plain_text = false;

  std::size_t size() const { return is_plain_text ? escaped_size(text) : text.size(); }
  char* write(char* out) const { return is_plain_text ? put_escaped(out, text) : put(out, text); }
};

namespace {

/// A number as text, without an allocation.
class Digits {
 public:
  explicit Digits(std::int64_t number)
      : size_(static_cast<std::size_t>(std::to_chars(text_.begin(), text_.end(), number).ptr -
                                       text_.begin())) {}
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 24> text_;
  std::size_t size_;
};

Result<void> check(std::string_view identity, std::chrono::seconds ttl, std::string_view endpoint_id) {
  if (auto checked = check_token_input(identity, ttl); !checked) return checked;
  if (!is_valid_utf8(identity) || !is_valid_utf8(endpoint_id)) return not_utf8();
  return {};
}

constexpr std::string_view kIdentity = "\",\"grants\":{\"identity\":\"";

}  // namespace

Result<Minter> Minter::make(const ApiKey& key, const TokenSpec& spec) {
  if (auto checked = check_key(key); !checked) return checked.error();
  auto header = header_text(spec);
  if (!header) return header.error();
  auto grants = grant_pieces(spec);
  if (!grants) return grants.error();
  return Minter(key, spec, *header, std::move(*grants));
}

Minter::Minter(const ApiKey& key, const TokenSpec& spec, std::string_view header, GrantPieces grants)
    : key_(hash_of(spec.algorithm), key.secret),
      header_(base64url_encode(header) + "."),
      open_("{\"jti\":\"" + key.key_sid + "-"),
      grants_(std::move(grants)),
      close_(",\"iss\":\"" + key.key_sid + "\",\"sub\":\"" + key.account_sid + "\"}") {
  before_iat_ = "}";
  if (spec.not_before) before_iat_ += ",\"nbf\":" + std::to_string(unix_seconds(*spec.not_before));
  before_iat_ += ",\"iat\":";
}

Result<std::string> Minter::mint(std::string_view identity, std::chrono::seconds ttl, WallTime now,
                                 std::string_view endpoint_id) const {
  if (auto checked = check(identity, ttl, endpoint_id); !checked) return checked.error();
  const Digits iat(unix_seconds(now));
  const Digits exp(unix_seconds(now) + ttl.count());
  const bool own = grants_.has_chat && !endpoint_id.empty();
  const std::string_view endpoint = own ? endpoint_id : std::string_view(grants_.endpoint_id);
  const bool named = !endpoint.empty();
  const Piece payload[] = {
      {open_},
      {iat.view()},
      {kIdentity},
      {identity, true},
      {"\""},
      {grants_.before_endpoint},
      {named ? std::string_view(grants_.endpoint_open) : std::string_view()},
      {endpoint, true},
      {named ? std::string_view(grants_.endpoint_close) : std::string_view()},
      {grants_.after_endpoint},
      {before_iat_},
      {iat.view()},
      {",\"exp\":"},
      {exp.view()},
      {close_},
  };
  return assemble(payload);
}

// The payload is written to the end of the token's own place and encoded towards its beginning: one
// allocation for the whole.
std::string Minter::assemble(std::span<const Piece> payload) const {
  std::size_t payload_size = 0;
  for (const auto& piece : payload) payload_size += piece.size();
  std::string token(header_.size() + base64url_size(payload_size) + 1 + base64url_size(key_.size()), '\0');

  char* const raw = token.data() + token.size() - payload_size;
  char* end = raw;
  for (const auto& piece : payload) end = piece.write(end);
  end = put(token.data(), header_);
  end = base64url_encode_to(end, {raw, payload_size});

  std::array<std::uint8_t, kMostHmacBytes> signature;
  key_.sign({token.data(), static_cast<std::size_t>(end - token.data())}, signature);
  *end++ = '.';
  base64url_encode_to(end, {reinterpret_cast<const char*>(signature.data()), key_.size()});
  return token;
}

}  // namespace parley::token
