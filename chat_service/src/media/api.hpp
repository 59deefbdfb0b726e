#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "chat_service/options.hpp"
#include "common/base/http.hpp"
#include "common/net/http_body.hpp"
#include "common/os/file.hpp"

namespace parley::chat_service {
class Core;
}

/// Files that users attach to messages: plain HTTP beside the socket. The rows are in the store, the bytes in
/// files named by their hash.
namespace parley::chat_service::media {

struct ApiOptions {
  MediaOptions media{};
  std::string database = ":memory:";  ///< decides where the files are if `media.directory` is empty
  std::string secret{};               ///< Store::secret(): signs temporary URLs
};

/// What carries the core's work out. Everything but `post` is used on the core's thread only.
struct Host {
  Core& core;
  /// The core was given work: drain and flush it soon. Shell::pump(). May run inside any call to the Api.
  std::function<void()> wake{};
  /// Runs something on the core's thread, soon, never inside the call. Any thread.
  std::function<void(std::function<void()>)> post{};
  /// One line for the operator, without identities, names of files or tokens. May be empty.
  std::function<void(const std::string&)> log{};
  const Clock& clock = system_clock();
  /// How many bytes may still be written below a directory. Tests replace it.
  std::function<Result<std::uint64_t>(const std::string& directory)> free_bytes = os::free_bytes;
};

/// What happened since the start, for the operator.
struct Counters {
  std::uint64_t uploads = 0;  ///< stored
  std::uint64_t upload_bytes = 0;
  std::uint64_t uploads_begun = 0;    ///< more than `uploads`: some broke off, or are on their way
  std::uint64_t uploads_refused = 0;  ///< before they began
  std::uint64_t over_quota = 0;    ///< refused before or while their bytes came: a user has stored too much
  std::uint64_t without_room = 0;  ///< the same: too little is free on the disk
  std::uint64_t downloads = 0;
  std::uint64_t blobs_removed = 0;  ///< files that no medium named any more
  std::uint64_t rounds = 0;         ///< of tidying that have ended
};

using Reply = std::function<void(http::Response)>;

/// The one door to media.
///
///     server.on_body([&](head, peer, length) { return api.is_mine(head.path) ? api.on_body(head, length) :
///     ...; }); handler: if (api.is_mine(request.path)) api.on_request(std::move(request), reply);
///
/// Thread rule: that of the core. It has two threads of its own, started when first needed, for what may take
/// long on a disk: one flushes uploads and walks the directory, one finds and reads what is downloaded, so
/// that a long flush does not hold that up. They touch neither core nor database. Lifetime: shorter than the
/// core's and than what `Host` names. Sinks and sources that it gave away may outlive it; whoever waits for
/// an answer then gets none.
class Api {
 public:
  /// Makes the directory if it is missing, takes it for this process alone, and clears what a crash left.
  /// Fails with Errc::storage_error, naming the directory, or Errc::invalid_argument (no secret).
  static Result<std::unique_ptr<Api>> open(ApiOptions options, Host host);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// True for the paths of media, whatever the method: /v1/Services/{IS}/Media...,
  /// /v1/Services/{IS}/MediaSet.
  static bool is_mine(std::string_view path);

  /// For requests that have a body: an upload gets a sink, or is refused (401, 413, 415, 400, 429, 507)
  /// before its body is read. Nothing for all other requests: they go to on_request() with their body.
  net::BodyDecision on_body(const http::Request& head, std::optional<std::uint64_t> length);
  /// Everything else; answers exactly once, now or later. A HEAD is answered as a GET, with `source` set:
  /// whoever writes the response leaves the body out.
  void on_request(http::Request request, Reply reply);

  /// Removes uploads that nobody attached in time, and files without a row. Cheap to call: the work is done
  /// later, piece by piece. For CoreOptions::on_tidy; open() does it once, too.
  void tidy();

  Counters counters() const;
  /// Where the files are.
  const std::string& directory() const;

 private:
  class Impl;
  explicit Api(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::chat_service::media
