#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/src/mask_keys.hpp"
#include "common/net/src/websocket_frames.hpp"

namespace parley::net {

/// What waits to be written, gathered into large pieces: a write for each small message would be most of its
/// cost. A client's frames are masked on the way.
class FrameQueue {
 public:
  using Bytes = std::shared_ptr<const std::string>;

  explicit FrameQueue(Side side) : keys_(side == Side::client ? std::make_unique<MaskKeys>() : nullptr) {}

  void push(Bytes payload, std::uint8_t first_byte = kBinaryFrame) {
    bytes_ += payload->size();
    frames_.push_back({std::move(payload), first_byte});
  }
  std::size_t bytes() const { return bytes_; }
  bool is_between_frames() const { return !in_frame_; }

  /// Moves the front of the queue into `piece`, of 14 bytes at least; how many bytes.
  std::size_t fill(std::span<char> piece) {
    std::size_t filled = 0;
    while (first_ < frames_.size() && filled < piece.size()) {
      const auto& [payload, first_byte] = frames_[first_];
      if (!in_frame_) {
        if (piece.size() - filled < FrameHeader().bytes.size()) break;
        if (keys_) key_ = keys_->next();
        const auto header = make_frame_header(first_byte, payload->size(), keys_ ? &key_ : nullptr);
        filled += copy({header.bytes.data(), header.size}, piece.subspan(filled));
        in_frame_ = true;
      }
      const auto copied = copy(std::string_view(*payload).substr(offset_), piece.subspan(filled));
      if (keys_) apply_mask(piece.subspan(filled, copied), key_, offset_);
      filled += copied;
      bytes_ -= copied;
      offset_ += copied;
      if (offset_ < payload->size()) break;
      next();
    }
    return filled;
  }

  void clear() {
    frames_ = {};
    first_ = offset_ = bytes_ = 0;
    in_frame_ = false;
  }

 private:
  static constexpr std::size_t kKeptFrames = 64;  // room above that is given back when the queue is empty

  struct Frame {
    Bytes payload;
    std::uint8_t first_byte;
  };

  static std::size_t copy(std::string_view from, std::span<char> to) {
    const auto size = std::min(from.size(), to.size());
    std::copy_n(from.data(), size, to.data());
    return size;
  }

  void next() {
    frames_[first_++].payload.reset();
    offset_ = 0;
    in_frame_ = false;
    if (first_ < frames_.size()) return drop_what_left();
    frames_.clear();
    first_ = 0;
    if (frames_.capacity() > kKeptFrames) frames_ = {};
  }

  // Half at a time, so that each frame is moved once or twice in all.
  void drop_what_left() {
    if (first_ < kKeptFrames || first_ < frames_.size() / 2) return;
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  std::unique_ptr<MaskKeys> keys_;
  MaskKey key_{};  // of the first frame
  std::vector<Frame> frames_;
  std::size_t first_ = 0;   // frames before it have left
  bool in_frame_ = false;   // the header of the first one has left
  std::size_t offset_ = 0;  // of its payload
  std::size_t bytes_ = 0;   // of payloads
};

}  // namespace parley::net
