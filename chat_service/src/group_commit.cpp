#include "chat_service/src/group_commit.hpp"

#include <utility>

#include "chat_service/src/errors.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service {
namespace {

/// The error that takes the place of an answer whose commit failed.
http::Response in_place_of(const http::Response& lost, const Error& reason) {
  auto response = errors::to_response(errors::not_committed(reason));
  response.headers.insert(response.headers.end(), lost.headers.begin(), lost.headers.end());
  return response;
}

}  // namespace

bool GroupCommit::open() {
  if (unit_) return false;
  unit_.emplace(database_);
  return true;
}

void GroupCommit::hold(Held held) {
  held_bytes_ += held.response.body.size();
  held_.push_back(std::move(held));
}

bool GroupCommit::is_full() const {
  return held_.size() >= limits::kHeldAnswers || held_bytes_ >= limits::kHeldAnswerBytes;
}

Result<void> GroupCommit::commit() {
  auto committed = unit_->commit();
  unit_.reset();
  return committed;
}

// An answer may make somebody ask for more, which is held for the next commit.
void GroupCommit::release(const Result<void>& committed) {
  held_bytes_ = 0;
  for (Held& held : std::exchange(held_, {})) answer(held, committed);
}

void GroupCommit::answer(Held& held, const Result<void>& committed) {
  auto response = committed ? std::move(held.response) : in_place_of(held.response, committed.error());
  if (on_answer_ && !held.route.empty()) on_answer_(held.route, response.status);
  if (!held.request_id.empty())
    hub_.respond(held.origin.connection, held.request_id, std::move(response));
  else if (held.reply)
    held.reply(std::move(response));
  if (!committed) return;
  for (const Effect& effect : held.effects) hub_.carry_out(held.origin, effect);
}

}  // namespace parley::chat_service
