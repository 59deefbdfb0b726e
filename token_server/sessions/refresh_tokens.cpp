#include "token_server/sessions/refresh_tokens.hpp"

#include <algorithm>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/storage/database.hpp"
#include "token_server/sessions/stored_time.hpp"

namespace parley::token_server {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenCharacters = 43;
constexpr std::string_view kSealLabel = "parley refresh successor";

std::string hash_of(std::string_view token) { return sha256_hex(token); }

/// Seals and opens: what it does twice is undone. `bytes` are as many as the HMAC's.
std::string seal(std::string_view parent, std::string bytes) {
  const std::string pad = hmac(HashAlgorithm::sha256, parent, kSealLabel);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ pad[i]);
  return bytes;
}

std::string seal_token(std::string_view parent, std::string_view successor) {
  return base64url_encode(seal(parent, base64url_decode(successor).value()));
}

/// Nothing if it is not what was sealed.
std::optional<std::string> open_token(std::string_view parent, std::string_view sealed) {
  auto bytes = base64url_decode(sealed);
  if (!bytes || bytes->size() != kTokenBytes) return std::nullopt;
  return base64url_encode(seal(parent, std::move(*bytes)));
}

}  // namespace

struct RefreshTokens::Row {
  std::int64_t family;
  SessionSubject subject;
  WallTime family_end;
  WallTime expires_at;
  std::optional<std::int64_t> spent_at;
  std::string successor;
  std::string sealed_successor;
  std::string spent_from;
};

RefreshToken RefreshTokens::begin(const SessionSubject& subject, WallTime now) {
  prune(now);
  // The oldest ones end. What lives longer than a session of now was last used before the clock was set back.
  database_.run(
      "DELETE FROM families WHERE id IN (SELECT id FROM families WHERE entry = ? AND name = ? "
      "ORDER BY live_until > ?, live_until DESC LIMIT -1 OFFSET ?)",
      subject.entry, subject.name, to_stored(now + lives_.idle), kSessionsPerSubject - 1);
  const WallTime end = now + lives_.absolute;
  database_.run(
      "INSERT INTO families(entry, name, identity, account, ends_at, live_until) VALUES(?, ?, ?, ?, ?, ?)",
      subject.entry, subject.name, subject.identity, subject.account, to_stored(end), to_stored(end));
  return issue(database_.last_insert_id(), now, end);
}

Renewal RefreshTokens::renew(std::string_view token, std::string_view address, WallTime now) {
  prune(now);
  const auto row = find(token);
  if (!row || row->expires_at <= now) return {};
  Renewal renewal{.kind = Renewal::Kind::renewed, .session = {.subject = row->subject, .refresh = {}}};
  if (!row->spent_at) {
    renewal.session.refresh = use(*row, token, address, now);
  } else if (auto again = reopen(*row, token, address, now)) {
    renewal.kind = Renewal::Kind::repeated;
    renewal.session.refresh = std::move(*again);
  } else {
    renewal.kind = Renewal::Kind::reused;
    end(row->family);
  }
  return renewal;
}

std::optional<SessionSubject> RefreshTokens::revoke(std::string_view token, WallTime now) {
  prune(now);
  auto row = find(token);
  if (!row) return std::nullopt;
  end(row->family);
  return std::move(row->subject);
}

void RefreshTokens::end_all(std::string_view entry, std::string_view name) {
  database_.run("DELETE FROM families WHERE entry = ? AND name = ?", entry, name);
}

std::optional<RefreshTokens::Row> RefreshTokens::find(std::string_view token) {
  if (token.size() != kTokenCharacters) return std::nullopt;
  auto row = database_.query(
      "SELECT family, entry, name, identity, account, ends_at, expires_at, spent_at, successor, "
      "sealed_successor, spent_from FROM refresh_tokens JOIN families ON id = family WHERE hash = ?",
      hash_of(token));
  if (!row.next()) return std::nullopt;
  return Row{.family = row.integer(0),
             .subject = {row.text(1), row.text(2), row.text(3), row.text(4)},
             .family_end = from_stored(row.integer(5)),
             .expires_at = from_stored(row.integer(6)),
             .spent_at = row.optional_integer(7),
             .successor = row.text(8),
             .sealed_successor = row.text(9),
             .spent_from = row.text(10)};
}

RefreshToken RefreshTokens::use(const Row& row, std::string_view token, std::string_view address,
                                WallTime now) {
  RefreshToken next = issue(row.family, now, row.family_end);
  database_.run(
      "UPDATE refresh_tokens SET spent_at = ?2, successor = ?3, sealed_successor = ?4, spent_from = ?5 "
      "WHERE hash = ?1",
      hash_of(token), to_stored(now), hash_of(next.text), seal_token(token, next.text), address);
  return next;
}

std::optional<RefreshToken> RefreshTokens::reopen(const Row& row, std::string_view token,
                                                  std::string_view address, WallTime now) {
  // A clock that was set back says that it is spent later than now. Nobody knows then how long ago it was,
  // and ending an honest session would be worse than giving the unused successor to the same address again.
  if (now - from_stored(*row.spent_at) > kLostAnswer || row.spent_from != address) return std::nullopt;
  auto text = open_token(token, row.sealed_successor);
  if (!text || hash_of(*text) != row.successor) return std::nullopt;
  auto successor = find(*text);
  if (!successor || successor->spent_at) return std::nullopt;
  return RefreshToken{std::move(*text), successor->expires_at};
}

RefreshToken RefreshTokens::issue(std::int64_t family, WallTime now, WallTime family_end) {
  std::string bytes(kTokenBytes, '\0');
  random_.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  // As it is stored: what is given again later must be the same.
  const std::int64_t expires_at = to_stored(std::min(now + lives_.idle, family_end));
  RefreshToken token{base64url_encode(bytes), from_stored(expires_at)};
  database_.run("INSERT INTO refresh_tokens(hash, family, expires_at) VALUES(?, ?, ?)", hash_of(token.text),
                family, expires_at);
  database_.run("UPDATE families SET live_until = ?2 WHERE id = ?1", family, expires_at);
  return token;
}

void RefreshTokens::end(std::int64_t family) { database_.run("DELETE FROM families WHERE id = ?", family); }

// A little each time, and more than one operation adds, so that none takes long and the rest gets done.
void RefreshTokens::prune(WallTime now) {
  const auto time = to_stored(now);
  database_.run("DELETE FROM families WHERE id IN (SELECT id FROM families WHERE live_until <= ? LIMIT 8)",
                time);
  database_.run(
      "DELETE FROM refresh_tokens WHERE hash IN "
      "(SELECT hash FROM refresh_tokens WHERE expires_at <= ? LIMIT 32)",
      time);
  database_.run(
      "UPDATE refresh_tokens SET sealed_successor = NULL, spent_from = NULL WHERE hash IN (SELECT hash FROM "
      "refresh_tokens WHERE sealed_successor IS NOT NULL AND spent_at < ? LIMIT 32)",
      to_stored(now - kLostAnswer));
}

}  // namespace parley::token_server
