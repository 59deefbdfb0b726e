#include <charconv>
#include <nlohmann/json.hpp>

#include "chat_service/src/domain/access.hpp"
#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/encoding.hpp"
#include "common/base/json_writer.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::routes {
namespace {

using json::OrderedValue;
using sync::ObjectType;

/// One page of a collection, as asked for by query or by a token that an earlier page gave out.
struct PageSpec {
  Order order = Order::ascending;
  std::optional<ItemKey> from;
  std::size_t size = limits::kDefaultPageSize;
  /// Of this page alone: a page before another one ends where that begins.
  std::optional<std::size_t> most{};
};

Result<ItemKey> read_key(ObjectType type, std::string_view text, const char* name) {
  if (type == ObjectType::map) return ItemKey(std::string(text));
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size())
    return errors::bad_request(std::string(name) + ": expected an index");
  return ItemKey(index);
}

Result<Order> read_order(std::string_view text) {
  if (text == "asc") return Order::ascending;
  if (text == "desc") return Order::descending;
  return errors::bad_request("Order: expected asc or desc");
}

// Older clients page with the token alone, so it carries order, size and start.
std::string make_token(const ItemKey& from, const PageSpec& page, std::optional<std::size_t> most = {}) {
  OrderedValue token{{"k", changes::key_text(from)},
                     {"o", page.order == Order::ascending ? "asc" : "desc"},
                     {"n", page.size}};
  if (most) token["m"] = *most;
  return base64url_encode(json::dump(token));
}

std::size_t page_length(std::int64_t size) {
  return std::min(static_cast<std::size_t>(size), limits::kPageSize);
}

Result<PageSpec> read_token(ObjectType type, std::string_view token) {
  const Error refused = errors::bad_request("PageToken: expected a token of this service");
  const auto text = base64url_decode(token);
  if (!text) return refused;
  const auto value = json::parse_object(*text);
  if (!value) return refused;
  json::Reader reader(*value, "");
  const auto order = read_order(reader.string("o"));
  const auto key = read_key(type, reader.string("k"), "PageToken");
  const auto size = reader.integer("n");
  const auto most = reader.optional_integer("m");
  if (reader.failed() || !order || !key || size < 1 || most.value_or(1) < 1) return refused;
  PageSpec page{*order, *key, page_length(size)};
  if (most) page.most = page_length(*most);
  return page;
}

Result<PageSpec> read_page(ObjectType type, const Call& call) {
  const auto& params = call.request.params;
  if (const auto token = http::find_param(params, "PageToken"); token && !token->empty())
    return read_token(type, *token);
  PageSpec page;
  const auto size = input::page_size(call);
  if (!size) return size.error();
  page.size = *size;
  if (const auto text = http::find_param(params, "Order")) {
    const auto order = read_order(*text);
    if (!order) return order.error();
    page.order = *order;
  }
  if (const auto text = http::find_param(params, "From")) {
    auto key = read_key(type, *text, "From");
    if (!key) return key.error();
    page.from = std::move(*key);
  }
  return page;
}

void write_items(json::ObjectWriter& out, Scope& scope, const SyncObject& object,
                 const std::vector<SyncItem>& items) {
  std::string& array = out.member("items") += '[';
  for (const SyncItem& item : items) {
    if (&item != &items.front()) array += ',';
    json::ObjectWriter writer(array);
    resource::write_sync_item(writer, scope, object, item);
  }
  array += ']';
}

Answer items_answer(Scope& scope, const SyncObject& object, const std::vector<SyncItem>& items,
                    const OrderedValue& meta) {
  std::string text;
  {
    json::ObjectWriter body(text);
    write_items(body, scope, object, items);
    body.member("meta") += json::dump(meta);
  }
  return {.body = std::move(text)};
}

Order reversed(Order order) { return order == Order::ascending ? Order::descending : Order::ascending; }

// The page before, in the same order: as many items as fit on it, the last next to this page's first.
OrderedValue previous_token(Scope& scope, const SyncObject& object, const PageSpec& page,
                            const std::vector<SyncItem>& items) {
  if (!page.from) return nullptr;
  const ItemKey& edge = items.empty() ? *page.from : items.front().key;
  const auto before =
      scope.tables.sync.beyond(object.id, reversed(page.order), edge, {page.size, limits::kPageBytes});
  if (before.empty()) return nullptr;
  const std::size_t count = resource::fit_on_page(before, page.size);
  return make_token(before[count - 1].key, page, count);
}

Answer page_of(Scope& scope, const SyncObject& object, const PageSpec& page) {
  const std::size_t most = page.most.value_or(page.size);
  auto items = scope.tables.sync.page(object.id, page.order, page.from, {most + 1, limits::kPageBytes});
  const std::size_t count = resource::fit_on_page(items, most);
  const OrderedValue next =
      count < items.size() ? OrderedValue(make_token(items[count].key, page)) : OrderedValue(nullptr);
  items.resize(count);
  const OrderedValue meta{{"key", "items"},
                          {"page_size", page.size},
                          {"previous_token", previous_token(scope, object, page, items)},
                          {"next_token", next},
                          {"direct_token", true},
                          {"encode_token", false}};
  return items_answer(scope, object, items, meta);
}

// A missing one is an empty page, not an error.
Answer single_item(Scope& scope, const SyncObject& object, const ItemKey& key) {
  std::vector<SyncItem> items;
  if (auto item = scope.tables.sync.item(object.id, key); item && !item->removed)
    items.push_back(std::move(*item));
  const OrderedValue meta{{"key", "items"}, {"previous_token", nullptr}, {"next_token", nullptr}};
  return items_answer(scope, object, items, meta);
}

Result<Answer> get_items(Scope& scope, const Call& call, ObjectType type, const char* key_param) {
  const auto object = access::open(scope, type, call.args[0]);
  if (!object) return object.error();
  if (const auto text = http::find_param(call.request.params, key_param)) {
    const auto key = read_key(type, *text, key_param);
    if (!key) return key.error();
    return single_item(scope, *object, *key);
  }
  const auto page = read_page(type, call);
  if (!page) return page.error();
  return page_of(scope, *object, *page);
}

Result<Answer> get_object(Scope& scope, const Call& call, ObjectType type) {
  const auto object = access::open(scope, type, call.args[0]);
  if (!object) return object.error();
  std::string text;
  {
    json::ObjectWriter body(text);
    resource::write_sync_object(body, scope, *object);
    if (type == ObjectType::map && http::find_param(call.request.params, "Include") == "items") {
      auto items =
          scope.tables.sync.page(object->id, Order::ascending, {}, {limits::kPageSize, limits::kPageBytes});
      items.resize(resource::fit_on_page(items, limits::kPageSize));
      write_items(body, scope, *object, items);
    }
  }
  return Answer{.body = std::move(text)};
}

Result<Answer> get_document(Scope& scope, const Call& call) {
  return get_object(scope, call, ObjectType::document);
}
Result<Answer> get_list(Scope& scope, const Call& call) { return get_object(scope, call, ObjectType::list); }
Result<Answer> get_map(Scope& scope, const Call& call) { return get_object(scope, call, ObjectType::map); }
Result<Answer> get_list_items(Scope& scope, const Call& call) {
  return get_items(scope, call, ObjectType::list, "Index");
}
Result<Answer> get_map_items(Scope& scope, const Call& call) {
  return get_items(scope, call, ObjectType::map, "Key");
}
Result<Answer> no_stream(Scope&, const Call&) { return errors::sync_not_found(54250); }

// Clients read objects only; every write goes through the conversations' own routes.
constexpr Route kRoutes[] = {
    {"GET", "/v3/Documents/{}", get_document},
    {"GET", "/v3/Lists/{}", get_list},
    {"GET", "/v3/Maps/{}", get_map},
    {"GET", "/v3/Streams/{}", no_stream},
    {"GET", "/v3/Services/{service}/Documents/{}", get_document},
    {"GET", "/v3/Services/{service}/Lists/{}", get_list},
    {"GET", "/v3/Services/{service}/Maps/{}", get_map},
    {"GET", "/v3/Services/{service}/Lists/{}/Items", get_list_items},
    {"GET", "/v3/Services/{service}/Maps/{}/Items", get_map_items},
};

}  // namespace

std::span<const Route> sync_objects() { return kRoutes; }

}  // namespace parley::chat_service::routes
