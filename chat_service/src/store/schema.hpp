#pragma once
#include <span>

#include "common/storage/migrations.hpp"

namespace parley::chat_service {

/// The schema's history. A step is never edited once released; a change is a new step.
std::span<const storage::Migration> schema();

}  // namespace parley::chat_service
