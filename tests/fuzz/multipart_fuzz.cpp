#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/src/media/content.hpp"
#include "chat_service/src/media/media_type.hpp"
#include "common/base/multipart.hpp"

namespace {

using namespace parley;
using namespace parley::http;
using namespace parley::chat_service::media;

class Collector final : public PartHandler {
 public:
  Result<void> on_part(const Part& part) override {
    parts.push_back(part.name + '\n' + part.filename.value_or("-") + '\n' + part.content_type + '\n');
    const auto name = clean_filename(part.filename.value_or(""));
    const auto type = clean_content_type(part.content_type);
    if (name && type) disposition(*type, *name);
    return {};
  }
  Result<void> on_data(std::string_view bytes) override {
    parts.back() += bytes;
    return {};
  }
  std::vector<std::string> parts;
};

struct Outcome {
  bool good = true;
  bool complete = false;
  std::vector<std::string> parts;
};

Outcome read(std::string_view form, std::size_t piece) {
  MultipartReader reader("b");
  Collector collector;
  for (std::size_t at = 0; at < form.size(); at += piece)
    if (!reader.feed(form.substr(at, piece), collector)) return {.good = false};
  return {true, reader.complete(), collector.parts};
}

}  // namespace

// How a form is cut into pieces must not matter.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view form(reinterpret_cast<const char*>(data), size);
  (void)MultipartReader::boundary_of(form);
  const Outcome whole = read(form, size + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    const Outcome cut = read(form, piece);
    if (cut.good != whole.good || cut.complete != whole.complete || cut.parts != whole.parts) std::abort();
  }
  return 0;
}
