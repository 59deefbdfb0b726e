#include "token_server/sessions/passwords.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/base/encoding.hpp"
#include "common/base/utf8.hpp"

namespace parley::token_server {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
// Whoever can write a record must not be able to stop the server with it: 256 MiB, some seconds.
constexpr ScryptCost kMost{.log2_n = 18, .r = 8, .p = 4};

struct Record {
  ScryptCost cost;
  std::string salt;
  std::string hash;
};

std::string encode(const Record& record) {
  const auto& cost = record.cost;
  return "scrypt$ln=" + std::to_string(cost.log2_n) + ",r=" + std::to_string(cost.r) +
         ",p=" + std::to_string(cost.p) + "$" + base64url_encode(record.salt) + "$" +
         base64url_encode(record.hash);
}

/// Reads a record from its front to its end; after the first thing that does not fit nothing fits.
class RecordReader {
 public:
  explicit RecordReader(std::string_view rest) : rest_(rest) {}

  void skip(std::string_view expected) {
    good_ = good_ && rest_.starts_with(expected);
    if (good_) rest_.remove_prefix(expected.size());
  }
  unsigned number(unsigned most) {
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    good_ = good_ && failed == std::errc() && value >= 1 && value <= most;
    if (good_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  std::string bytes(std::size_t count) {
    const auto decoded = base64url_decode(rest_.substr(0, rest_.find('$')));
    good_ = good_ && decoded && decoded->size() == count;
    if (!good_) return {};
    rest_.remove_prefix(std::min(rest_.find('$'), rest_.size()));
    return *decoded;
  }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<Record> decode(std::string_view text) {
  RecordReader reader(text);
  Record record;
  reader.skip("scrypt$ln=");
  record.cost.log2_n = reader.number(kMost.log2_n);
  reader.skip(",r=");
  record.cost.r = reader.number(kMost.r);
  reader.skip(",p=");
  record.cost.p = reader.number(kMost.p);
  reader.skip("$");
  record.salt = reader.bytes(kSaltBytes);
  reader.skip("$");
  record.hash = reader.bytes(kHashBytes);
  if (!reader.at_end()) return std::nullopt;
  return record;
}

std::uint64_t work(ScryptCost cost) { return (std::uint64_t{1} << cost.log2_n) * cost.r * cost.p; }

// Every byte but those that continue a character.
std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

Error refuse(const std::string& expected) {
  return {.code = Errc::invalid_argument, .message = "password: expected " + expected};
}

}  // namespace

bool may_be_password(std::string_view password) {
  return !password.empty() && password.size() <= kPasswordBytes && is_valid_utf8(password);
}

Result<void> check_new_password(std::string_view password) {
  if (password.size() > kPasswordBytes) return refuse("at most " + std::to_string(kPasswordBytes) + " bytes");
  if (!is_valid_utf8(password)) return refuse("valid UTF-8");
  if (count_characters(password) < kNewPasswordCharacters)
    return refuse("at least " + std::to_string(kNewPasswordCharacters) + " characters");
  return {};
}

Result<std::string> Passwords::make_record(std::string_view password) {
  Record record{.cost = cost_, .salt = std::string(kSaltBytes, '\0'), .hash = {}};
  random_.fill({reinterpret_cast<std::uint8_t*>(record.salt.data()), record.salt.size()});
  auto hash = scrypt_(password, record.salt, cost_, kHashBytes);
  if (!hash) return hash.error();
  record.hash = std::move(*hash);
  return encode(record);
}

Result<Passwords::Check> Passwords::check(std::string_view password, std::string_view record) {
  const bool nobody = record.empty();
  const auto stored = nobody ? Record{cost_, std::string(kSaltBytes, '\0'), {}} : decode(record);
  if (!stored)
    return Error{.code = Errc::storage_error, .message = "database: a password record is not understood"};
  const auto hash = scrypt_(password, stored->salt, stored->cost, kHashBytes);
  if (!hash) return hash.error();
  const bool right = constant_time_equal(*hash, stored->hash) && !nobody;
  return Check{.right = right, .outdated = work(cost_) > work(stored->cost)};
}

}  // namespace parley::token_server
