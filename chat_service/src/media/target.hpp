#pragma once
#include <string>
#include <string_view>

namespace parley::chat_service::media {

/// What a path of media means.
struct Target {
  enum class Kind {
    none,     ///< begins like one of ours, but there is nothing
    all,      ///< /v1/Services/{IS}/Media: where uploads go
    set,      ///< /v1/Services/{IS}/MediaSet
    one,      ///< /v1/Services/{IS}/Media/{ME}
    content,  ///< /v1/Services/{IS}/Media/{ME}/Content
  };
  Kind kind = Kind::none;
  std::string service_sid{};
  std::string sid{};  ///< of `one` and `content`
};

Target parse_target(std::string_view path);

}  // namespace parley::chat_service::media
