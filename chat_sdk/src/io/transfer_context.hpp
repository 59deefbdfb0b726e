#pragma once
#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <parley/detail/done.hpp>
#include <parley/seams.hpp>

#include "chat_sdk/src/io/user_gate.hpp"
#include "chat_sdk/src/io/way.hpp"
#include "common/base/random.hpp"
#include "common/net/http_client.hpp"

namespace parley::detail {

/// Where media are, who asks for them, and what the service allows.
struct MediaAccess {
  std::string url;      ///< of the media service
  std::string set_url;  ///< asks for many; "": one after the other
  std::string token;    ///< an access token
  std::uint64_t max_file_bytes = 0;
};

struct TransferOptions {
  Ways ways;
  Duration patience{};  ///< the longest time without progress
  const Clock* clock = &system_clock();
  /// Called with method and URL of each request; what it returns is told of the answer, without its body. On
  /// the strand. May be null.
  std::function<Done<http::Response>(std::string_view method, std::string_view url)> watch{};
};

/// What all that runs on the transfer thread shares. Only that thread uses it, but for the gate.
struct TransferContext {
  boost::asio::any_io_executor executor;
  TransferOptions options;
  std::shared_ptr<UserGate> gate;
  /// Runs something on the strand, as long as there is somebody to whom it means anything.
  std::function<void(std::function<void()>)> on_strand;
  MediaAccess access{};  ///< the newest
  SecureRandom random{};

  /// Of the user's clock, as long as it may be asked.
  TimePoint now() const;
  http::Fields token_field() const { return {{"X-Twilio-Token", access.token}}; }
  /// One try may take half of the patience, so that there is a second one.
  Duration silence() const { return std::max<Duration>(options.patience / 2, std::chrono::milliseconds(1)); }
  /// `done` runs later, never after the handle is gone. A URL that is none is told in the same way.
  std::unique_ptr<net::PendingCall> call(net::HttpCall call, const std::string& url,
                                         net::HttpCompletion done) const;

 private:
  net::HttpCompletion watched(const std::string& method, const std::string& url,
                              net::HttpCompletion done) const;
};

/// What is no success becomes an error with all its layers.
Result<http::Response> checked(Result<http::Response> answer);

}  // namespace parley::detail
