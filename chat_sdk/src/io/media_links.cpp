#include "chat_sdk/src/io/media_links.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "common/base/encoding.hpp"

namespace parley::detail {
namespace {

constexpr std::size_t kMaxBatch = 100;

Error another_medium() {
  return {.code = Errc::protocol_error, .message = "the service tells of another medium than was asked for"};
}

Error no_link() { return {.code = Errc::not_found, .message = "the service gives no link to this medium"}; }

}  // namespace

void MediaLinks::get(const std::string& sid, bool refused, std::weak_ptr<void> owner, Done done) {
  if (refused) cache_.forget(sid);
  if (const auto known = cache_.find(sid, context_.now())) {
    boost::asio::post(context_.executor, [owner = std::move(owner), done = std::move(done), link = *known] {
      if (const auto wanted = owner.lock()) done(link);
    });
    return;
  }
  waiting_[sid].push_back({std::move(owner), std::move(done)});
  if (std::exchange(asking_, true)) return;
  boost::asio::post(context_.executor, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->ask();
  });
}

void MediaLinks::ask() {
  auto batch = next_batch();
  asking_ = !batch.empty();
  if (batch.size() == 1) return ask_for_one(batch.front());
  if (!batch.empty()) ask_for_all(std::move(batch));
}

std::vector<std::string> MediaLinks::next_batch() {
  for (auto& [sid, waiters] : waiting_)
    std::erase_if(waiters, [](const Waiter& waiter) { return waiter.owner.expired(); });
  std::erase_if(waiting_, [](const auto& entry) { return entry.second.empty(); });
  const std::size_t most = context_.access.set_url.empty() ? 1 : kMaxBatch;
  std::vector<std::string> sids;
  for (auto at = waiting_.begin(); at != waiting_.end() && sids.size() < most; ++at)
    sids.push_back(at->first);
  return sids;
}

void MediaLinks::ask_for_one(const std::string& sid) {
  net::HttpCall call{.headers = context_.token_field(), .timeout = context_.silence()};
  pending_ =
      context_.call(std::move(call), context_.access.url + "/" + percent_encode(sid),
                    [this, sid](Result<http::Response> reply) {
                      const auto answer = checked(std::move(reply));
                      if (answer)
                        on_record(sid, conversations::decode_medium_record(answer->body), answer->headers);
                      else
                        tell(sid, answer.error());
                      ask();
                    });
}

void MediaLinks::ask_for_all(std::vector<std::string> sids) {
  net::HttpCall call{.method = "POST", .headers = context_.token_field(), .timeout = context_.silence()};
  call.headers.emplace_back("Content-Type", "application/json");
  call.body = conversations::encode_medium_set(sids);
  pending_ = context_.call(std::move(call), context_.access.set_url,
                           [this, sids = std::move(sids)](Result<http::Response> answer) {
                             on_set(sids, checked(std::move(answer)));
                             ask();
                           });
}

void MediaLinks::on_set(const std::vector<std::string>& sids, const Result<http::Response>& answer) {
  std::optional<Error> failure;
  if (!answer) failure = answer.error();
  auto set = answer ? conversations::decode_medium_set(answer->body, sids)
                    : Result<std::vector<conversations::MediumAnswer>>({});
  if (!set) failure = set.error();
  for (std::size_t i = 0; i < sids.size(); ++i) {
    if (failure)
      tell(sids[i], *failure);
    else if (i < set->size())
      on_record(sids[i], std::move((*set)[i].record), answer->headers);
    else
      tell(sids[i], no_link());
  }
}

void MediaLinks::on_record(const std::string& sid, Result<conversations::MediumRecord> record,
                           const http::Fields& headers) {
  if (!record) return tell(sid, record.error());
  if (record->sid != sid) return tell(sid, another_medium());
  if (record->url.empty()) return tell(sid, no_link());
  MediaLink link{std::move(record->url), static_cast<std::uint64_t>(std::max<std::int64_t>(record->size, 0))};
  if (const auto life = life_of_link(link.url, headers)) cache_.put(sid, link, *life, context_.now());
  tell(sid, link);
}

void MediaLinks::tell(const std::string& sid, const Result<MediaLink>& outcome) {
  const auto waiters = waiting_.extract(sid);
  if (waiters.empty()) return;
  for (const Waiter& waiter : waiters.mapped())
    if (const auto wanted = waiter.owner.lock()) waiter.done(outcome);
}

}  // namespace parley::detail
