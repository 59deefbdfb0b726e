#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chat_sdk/src/io/transfer_context.hpp"
#include "chat_sdk/src/transfer/link_cache.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {

/// Temporary links to media: those that are known at once, others from the service. What is asked for
/// together, or while a request is under way, is asked of the service in one request.
class MediaLinks : public std::enable_shared_from_this<MediaLinks> {
 public:
  using Done = std::function<void(Result<MediaLink>)>;

  explicit MediaLinks(TransferContext& context) : context_(context) {}

  /// `done` runs later, unless `owner` is gone then. `refused`: the link that is known is not good any more.
  void get(const std::string& sid, bool refused, std::weak_ptr<void> owner, Done done);

 private:
  struct Waiter {
    std::weak_ptr<void> owner;
    Done done;
  };

  void ask();
  std::vector<std::string> next_batch();
  void ask_for_one(const std::string& sid);
  void ask_for_all(std::vector<std::string> sids);
  void on_set(const std::vector<std::string>& sids, const Result<http::Response>& answer);
  void on_record(const std::string& sid, Result<conversations::MediumRecord> record,
                 const http::Fields& headers);
  void tell(const std::string& sid, const Result<MediaLink>& outcome);

  TransferContext& context_;
  LinkCache cache_;
  std::map<std::string, std::vector<Waiter>> waiting_;  ///< by SID
  bool asking_ = false;
  std::unique_ptr<net::PendingCall> pending_;
};

}  // namespace parley::detail
