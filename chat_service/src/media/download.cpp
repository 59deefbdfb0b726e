#include "chat_service/src/media/download.hpp"

#include "chat_service/src/media/content.hpp"
#include "chat_service/src/media/media_type.hpp"
#include "common/base/trim.hpp"

namespace parley::chat_service::media {
namespace {

std::string entity_tag(const Medium& medium) { return '"' + medium.blob + '"'; }

/// True if a list of entity tags names this one; a weak one will do.
bool names(std::string_view list, std::string_view tag) {
  if (trim_blanks(list) == "*") return true;
  return list.find(tag) != std::string_view::npos;
}

bool is_known(const http::Request& request, const Medium& medium) {
  const auto known = http::find_header(request.headers, "if-none-match");
  return known && names(*known, entity_tag(medium));
}

/// A range of what the client has an older part of counts only if it is still the same.
RangeWish wish_of(const http::Request& request, const Medium& medium) {
  const auto range = http::find_header(request.headers, "range");
  const auto condition = http::find_header(request.headers, "if-range");
  if (!range || (condition && trim_blanks(*condition) != entity_tag(medium))) return {};
  return parse_range(*range, static_cast<std::uint64_t>(medium.size));
}

/// Rows of an older service, or of an import, may have what no upload could have now.
std::string served_type(const Medium& medium) {
  auto type = clean_content_type(medium.content_type);
  return type ? std::move(*type) : "application/octet-stream";
}

http::Fields common_headers(const Medium& medium, const std::string& type, Duration url_life) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(url_life).count();
  return {{"Content-Disposition", disposition(type, medium.filename)},
          {"ETag", entity_tag(medium)},
          {"Accept-Ranges", "bytes"},
          {"Cache-Control", "private, max-age=" + std::to_string(seconds)},
          {"X-Content-Type-Options", "nosniff"},
          {"Content-Security-Policy", "default-src 'none'; sandbox"},
          {"Referrer-Policy", "no-referrer"}};
}

std::string content_range(const std::optional<Range>& range, std::int64_t size) {
  const std::string total = "/" + std::to_string(size);
  if (!range) return "bytes *" + total;
  return "bytes " + std::to_string(range->offset) + "-" + std::to_string(range->offset + range->length - 1) +
         total;
}

}  // namespace

Download plan_download(const Medium& medium, const http::Request& request, Duration url_life) {
  std::string type = served_type(medium);
  Download plan{{.headers = common_headers(medium, type, url_life), .content_type = std::move(type)}};
  if (is_known(request, medium)) {
    plan.response.status = 304;
    return plan;
  }
  const RangeWish wish = wish_of(request, medium);
  if (!wish.possible || wish.range)
    plan.response.headers.emplace_back("Content-Range", content_range(wish.range, medium.size));
  if (wish.possible) plan.part = wish.range.value_or(Range{0, static_cast<std::uint64_t>(medium.size)});
  plan.response.status = !wish.possible ? 416 : wish.range ? 206 : 200;
  return plan;
}

}  // namespace parley::chat_service::media
