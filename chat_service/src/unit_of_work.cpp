#include "chat_service/src/unit_of_work.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/base/text_rules.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {
namespace {

bool is_write(const http::Request& request) { return request.method != "GET"; }

/// The client's name for a write; "" if it gave none.
Result<std::string> mutation_id(const http::Request& request) {
  const auto given = http::find_header(request.headers, "x-twilio-mutation-id");
  if (!is_write(request) || !given) return std::string();
  if (given->empty() || given->size() > limits::kMutationIdBytes || !is_clean(*given, TextKind::identifier))
    return errors::bad_request("X-Twilio-Mutation-Id: expected 1 to 128 printable characters");
  return std::string(*given);
}

http::Response to_response(Answer answer) {
  return {.status = answer.status, .headers = {}, .body = std::move(answer.body)};
}

// A hash, because a path may be long.
std::string request_hash(const http::Request& request) {
  return base64url_encode(sha256(request.method + " " + request.path));
}

/// What a write that was done before is told: where its result is.
Answer repeated(std::string resource_url) {
  if (resource_url.empty()) return {.status = 204};
  return {.status = 202, .body = json::dump({{"resource_url", std::move(resource_url)}})};
}

using Handle = std::function<Result<Answer>()>;

Result<Answer> handle_once(Scope& scope, const http::Request& request, const Handle& handle) {
  const auto id = mutation_id(request);
  if (!id) return id.error();
  if (id->empty() || !scope.tenant.mutation_ids) return handle();
  const MutationKey key{scope.service_sid(), scope.caller.identity, *id};
  std::string hash = request_hash(request);
  if (auto done = scope.tables.mutations.find(key)) {
    if (done->request_hash == hash) return repeated(std::move(done->resource_url));
    return errors::bad_request("X-Twilio-Mutation-Id: expected one that no other write had");
  }
  auto answer = handle();
  if (answer) scope.tables.mutations.insert(key, {std::move(hash), answer->resource_url}, scope.now);
  return answer;
}

}  // namespace

UnitOfWork::UnitOfWork(storage::Database& database) : database_(database), transaction_(database) {}

http::Response UnitOfWork::run(Scope& scope, const std::string& identity, const http::Request& request,
                               const Router& router) {
  return run(scope, identity, [&](Scope& inner) {
    return handle_once(inner, request, [&] { return route(inner, request, router); });
  });
}

// One level is enough: what runs within a request runs nothing in its turn.
Result<Answer> UnitOfWork::route(Scope& scope, const http::Request& request, const Router& router) {
  const RunWithin no_deeper = [](Scope&, const http::Request&) { return errors::internal(); };
  const RunWithin within = [&](Scope& inner, const http::Request& part) -> Result<Answer> {
    storage::Savepoint savepoint(database_);
    const auto route = inner.route;
    const auto effects = inner.effects.size();
    auto answer = router.handle(inner, part, no_deeper);
    inner.route = route;
    if (has_failed()) answer = errors::internal();
    if (answer)
      savepoint.keep();
    else
      inner.effects.resize(effects);
    return answer;
  };
  return router.handle(scope, request, within);
}

http::Response UnitOfWork::run(Scope& scope, const std::string& identity, const Work& work) {
  const auto before = database_.work();
  http::Response response = run_in_savepoint(scope, identity, work);
  const auto after = database_.work();
  scope.rows = after.rows - before.rows;
  scope.steps = after.steps - before.steps;
  if (response.status >= 400) scope.effects.clear();
  return response;
}

http::Response UnitOfWork::run_in_savepoint(Scope& scope, const std::string& identity, const Work& work) {
  storage::Savepoint savepoint(database_);
  if (!identity.empty()) scope.caller = users::ensure(scope, identity);
  auto answer = work(scope);
  if (has_failed()) return errors::to_response(errors::internal());
  if (!answer) return errors::to_response(answer.error());
  savepoint.keep();
  return to_response(std::move(*answer));
}

bool UnitOfWork::has_failed() {
  if (!database_.error()) return false;
  ++failures_.count;
  failures_.last = database_.error()->message;
  return true;
}

bool UnitOfWork::run_aside(Scope& scope, const std::function<void()>& work) {
  storage::Savepoint savepoint(database_);
  work();
  if (has_failed()) {
    scope.effects.clear();
    return false;
  }
  savepoint.keep();
  return true;
}

}  // namespace parley::chat_service
