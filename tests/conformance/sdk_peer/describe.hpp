#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <parley/parley.hpp>

namespace parley::sdk_peer {

using Json = nlohmann::ordered_json;

/// What the line protocol says of a value.
Json describe(const Channel& channel);
Json describe(const ChannelState& state);
Json describe(const IndexRange& range);
Json describe(const Medium& medium);
Json describe(const Member& member);
Json describe(const Message& message);
Json describe(const MessagePage& page);
Json describe(const OutgoingMessage& message);
Json describe(const PresentState& present);
Json describe(const Unread& unread);
Json describe(const std::vector<OutgoingMessage>& messages);
Json describe(const std::string& url);
Json describe(std::uint64_t size);

/// {"event":...,...}, or null of an event that no test asks for.
Json describe(const Event& event);

Json success(Json more = Json::object());
Json failure(const Error& error);
Json failure(const std::string& why);

inline Json outcome(const Result<void>& result) { return result ? success() : failure(result.error()); }
template <class T>
Json outcome(const Result<T>& result) {
  return result ? success(describe(*result)) : failure(result.error());
}

}  // namespace parley::sdk_peer
