#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <parley/message.hpp>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/io/way.hpp"
#include "common/net/http_client.hpp"

namespace parley::detail {

/// Where media are and who asks for them.
struct MediaAccess {
  std::string url;    ///< of the media service
  std::string token;  ///< an access token
};

struct TransferOptions {
  Ways ways;
  Duration silence{};  ///< the longest one
  /// Called with method and URL of each request; what it returns is told of the answer. May be null.
  std::function<Done<http::Response>(std::string_view method, std::string_view url)> watch{};
};

/// Files to and from the media service, each over a connection of its own, never whole in memory.
///
/// All calls and completions on the one executor (a strand); completions never inside the call. What is
/// stopped never completes.
class Transfers {
 public:
  using Id = std::uint64_t;

  Transfers(boost::asio::any_io_executor executor, TransferOptions options);
  ~Transfers();

  /// One file of a message, which is told of the progress; completes with its SID. Nothing tells others of it
  /// yet.
  Id upload(MediaAccess access, std::shared_ptr<const NewMessage> message, std::size_t file,
            Done<std::string> done);
  /// Completes with the bytes written.
  Id download(MediaAccess access, Download wanted, Done<std::uint64_t> done);
  /// A temporary URL.
  Id ask_url(MediaAccess access, const std::string& sid, Done<std::string> done);

  /// Not from a completion of its own. Unknown ids are ignored: it may have ended.
  void stop(Id id);
  void stop_all();

 private:
  class Job;
  class Upload;
  class Fetch;

  Id start(std::shared_ptr<Job> job);
  void end(Id id);

  boost::asio::any_io_executor executor_;
  TransferOptions options_;
  std::map<Id, std::shared_ptr<Job>> jobs_;
  Id last_id_ = 0;
};

}  // namespace parley::detail
