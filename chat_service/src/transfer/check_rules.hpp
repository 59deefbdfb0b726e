#pragma once
#include <span>

namespace parley::chat_service {

/// One thing that must never be. The statement gives one text for each case, which names no identity and no
/// content.
struct CheckRule {
  const char* what;
  const char* sql;
};

std::span<const CheckRule> check_rules();

}  // namespace parley::chat_service
