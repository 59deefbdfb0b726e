#include <mutex>

#include <parley/detail/cache_store.hpp>

namespace parley::detail {
namespace {

// Made when it is first asked for: the component may come before this file's own variables.
struct Registered {
  std::mutex mutex;
  CacheComponent component;
};

Registered& registered() {
  static Registered the_one;
  return the_one;
}

}  // namespace

CacheComponent cache_component() {
  auto& [mutex, component] = registered();
  const std::lock_guard lock(mutex);
  return component;
}

bool set_cache_component(CacheComponent given) {
  auto& [mutex, component] = registered();
  const std::lock_guard lock(mutex);
  component = given;
  return true;
}

}  // namespace parley::detail
