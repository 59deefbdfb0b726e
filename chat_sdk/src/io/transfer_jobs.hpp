#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <parley/message.hpp>

#include "chat_sdk/src/io/media_links.hpp"
#include "chat_sdk/src/io/transfer_context.hpp"

namespace parley::detail {

/// What a transfer ends with.
struct TransferOutcome {
  std::string text{};       ///< the SID of an upload, or a link
  std::uint64_t bytes = 0;  ///< of a download
};

/// A transfer under way, on the transfer thread. Destroying it stops it and leaves nothing.
class TransferJob {
 public:
  using Finish = std::function<void(Result<TransferOutcome>)>;

  virtual ~TransferJob() = default;
  virtual void start() = 0;
};

/// One file of a message.
struct UploadWish {
  std::weak_ptr<const NewMessage> message;
  std::size_t index = 0;
};
std::shared_ptr<TransferJob> make_upload(TransferContext& context, UploadWish wish,
                                         TransferJob::Finish finish);

struct DownloadWish {
  std::string sid;
  std::string path;  ///< "": only a link is wanted
  /// Expires when nobody waits for it any more; a file does not get its name then.
  std::weak_ptr<const void> wanted{};
  std::weak_ptr<const ProgressHandler> on_progress{};
};
std::shared_ptr<TransferJob> make_download(TransferContext& context, std::shared_ptr<MediaLinks> links,
                                           DownloadWish wish, TransferJob::Finish finish);

}  // namespace parley::detail
