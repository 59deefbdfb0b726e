#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

#include "common/base/crypto.hpp"
#include "common/base/http.hpp"

namespace parley::chat_service::media {

/// Signs what a link without a token may fetch: one medium of one service until a time. Any thread.
class TemporaryUrls {
 public:
  /// `secret`: of the store; a key of its own is made of it.
  TemporaryUrls(std::string_view secret, Duration life);

  /// The query of a link that is good from now on for the life given.
  std::string query(std::string_view service_sid, std::string_view sid, WallTime now) const;
  /// True for a query as made by query(), for the same medium, until its time is over.
  bool allows(std::string_view service_sid, std::string_view sid, const http::Fields& params,
              WallTime now) const;
  /// True if the query is meant as one: such a request is not asked for a token.
  static bool is_signed(const http::Fields& params);

 private:
  std::string sign(std::string_view service_sid, std::string_view sid, std::string_view expires) const;

  HmacKey key_;
  Duration life_;
};

}  // namespace parley::chat_service::media
