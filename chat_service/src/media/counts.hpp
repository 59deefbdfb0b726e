#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace parley::chat_service::media {

/// How many hold a name now. One thread at a time. What take() gives may outlive this.
class Counts {
 public:
  /// Counts one more for that name until what is returned is destroyed.
  std::shared_ptr<void> take(const std::string& name) {
    ++(*counts_)[name];
    return {nullptr, [counts = counts_, name](void*) {
              const auto found = counts->find(name);
              if (--found->second == 0) counts->erase(found);
            }};
  }
  std::size_t of(std::string_view name) const {
    const auto found = counts_->find(name);
    return found == counts_->end() ? 0 : found->second;
  }

 private:
  using Map = std::map<std::string, std::size_t, std::less<>>;
  std::shared_ptr<Map> counts_ = std::make_shared<Map>();
};

}  // namespace parley::chat_service::media
