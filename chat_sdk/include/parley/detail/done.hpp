#pragma once
#include <functional>

#include <parley/error.hpp>

namespace parley::detail {

/// How an operation of the engine ends: exactly once, inside some call of the engine.
template <class T>
using Done = std::function<void(Result<T>)>;

}  // namespace parley::detail
