#pragma once
#include <span>

#include "common/storage/migrations.hpp"

namespace parley::chat_service {

/// The schema's history. A step is never edited once released; a change is a new step.
std::span<const storage::Migration> schema();

/// Since this version the tables have the columns that they have now; later steps added nothing that is
/// exported.
inline constexpr int kColumnsSince = 2;

}  // namespace parley::chat_service
