#pragma once
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "common/base/limits.hpp"

/// The outer layer of a packet: magic line, sizes, the two parts. What the header says is packet.hpp's.
namespace parley::twilsock {

struct Frame {
  std::string_view header;  ///< JSON text
  std::string_view rest;    ///< payload and trailer; its length is checked against payload_size later
};

/// How many bytes are taken.
struct FrameLimits {
  std::size_t message = limits::kPacketBytes;
  std::size_t header = limits::kPacketHeaderBytes;
};
/// Of whoever has not said who it is.
inline constexpr FrameLimits kInitLimits{limits::kInitHeaderBytes + limits::kPacketFrameBytes,
                                         limits::kInitHeaderBytes};

/// Splits one message by the size that its first line declares. The views point into `bytes`.
Result<Frame> split_frame(std::string_view bytes, const FrameLimits& most = {});

/// The payload of `declared` bytes; what follows may only be one CRLF.
Result<std::string_view> take_payload(std::string_view rest, std::size_t declared);

/// `trailer`: a CRLF after a payload that is not empty.
std::string join_frame(std::string_view header, std::string_view payload, bool trailer);

}  // namespace parley::twilsock
