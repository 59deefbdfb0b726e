#pragma once
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string_view>

namespace parley::twilsock {

/// Which of the notifications known here a client wants: one bit for each, whatever it named.
class MessageTypes {
 public:
  static constexpr std::string_view kNames[] = {"twilio.ipmsg.typing_indicator", "twilio.sync.event",
                                                "com.twilio.rtd.cds.document", "com.twilio.rtd.cds.list",
                                                "com.twilio.rtd.cds.map"};

  constexpr MessageTypes() = default;
  constexpr MessageTypes(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) add(name);
  }
  static constexpr MessageTypes all() {
    MessageTypes types;
    types.bits_ = (1u << std::size(kNames)) - 1;
    return types;
  }

  /// A name of another product is dropped: nothing of it is sent here.
  constexpr void add(std::string_view name) { bits_ |= bit_of(name); }
  constexpr void add(MessageTypes others) { bits_ |= others.bits_; }
  constexpr bool has(std::string_view name) const { return (bits_ & bit_of(name)) != 0; }

  constexpr bool operator==(const MessageTypes&) const = default;

 private:
  static constexpr std::uint8_t bit_of(std::string_view name) {
    for (std::size_t i = 0; i < std::size(kNames); ++i)
      if (kNames[i] == name) return static_cast<std::uint8_t>(1u << i);
    return 0;
  }

  std::uint8_t bits_ = 0;
};

}  // namespace parley::twilsock
