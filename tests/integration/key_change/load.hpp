#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <parley/parley.hpp>

namespace parley::support {

/// A fresh token for `user` from a token server.
Result<std::string> fetch_token(const TokenEndpoint& endpoint);

/// What became of connecting once with that token. Waits for a service that is not there.
Result<void> connect_with(Runtime& runtime, const std::string& chat_url, const std::string& token);

/// People who come all the time: each takes a token, connects with it once and leaves.
class Load {
 public:
  Load(TokenEndpoint tokens, std::string chat_url);
  ~Load();

  /// Waits until so many more have come in. False after a minute.
  bool wait_for(std::size_t more);
  /// What was said to those who did not come in.
  std::vector<std::string> refusals();

 private:
  void come_and_go();
  void note(const Result<void>& outcome);

  const TokenEndpoint tokens_;
  const std::string chat_url_;
  Runtime runtime_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::size_t accepted_ = 0;           ///< under the mutex
  std::vector<std::string> refusals_;  ///< under the mutex
  std::atomic<bool> ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace parley::support
