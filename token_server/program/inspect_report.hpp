#pragma once
#include <parley/seams.hpp>
#include <string>

#include "common/protocol/token/explain.hpp"

namespace parley::token_server {

/// An explained token as text for a terminal: its facts, the numbered findings, the verdict. Moments are in
/// UTC and as distances from `now`. Neither the token nor a secret is in it.
std::string inspect_report(const token::Explanation& explanation, WallTime now);

}  // namespace parley::token_server
