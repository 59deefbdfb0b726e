#pragma once
#include <atomic>
#include <future>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

namespace parley::faults {

/// A person at a client of the SDK that stays connected through whatever is done to the service. Calls wait
/// for their outcome, at most 40 s.
class Chatter {
 public:
  /// `token` is the person's access token; a message is tried for `message_life`.
  Chatter(const std::string& url, const std::string& token, Duration message_life);
  ~Chatter();

  Result<void> connect();
  /// Joins the channel of that name, or makes it.
  Result<void> enter(const std::string& channel);
  Result<void> send(const std::string& text) { return wait(begin_send(text)); }
  /// Several sends may be on their way at once.
  std::future<Result<void>> begin_send(const std::string& text);
  static Result<void> wait(std::future<Result<void>> outcome);
  /// All texts of the channel, oldest first, as the service has them.
  Result<std::vector<std::string>> history();
  /// The texts that came by themselves, in their order.
  std::vector<std::string> received() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace parley::faults
