#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <parley/error.hpp>

namespace parley::chat_service::media {

/// How much one user may store: what is stored already and all that is on its way count together, so that
/// many uploads at once do not pass it. One thread at a time; claims may outlive it.
class Quota {
  struct State;

 public:
  /// The bytes of one upload on its way. They are given back at its end.
  class Claim {
   public:
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// Claims so many bytes in all; fewer than it has are none more. Errc::limit_exceeded, 413.
    Result<void> grow_to(std::uint64_t bytes);
    /// They are stored now, and counted there.
    void keep();

   private:
    friend class Quota;
    Claim(std::shared_ptr<State> state, std::string user);

    std::shared_ptr<State> state_;
    std::string user_;
    std::uint64_t bytes_ = 0;
  };

  explicit Quota(std::uint64_t max_bytes);

  /// An upload of a user who has stored so much begins with a claim of `bytes`. Errc::limit_exceeded, 413.
  Result<std::shared_ptr<Claim>> begin(const std::string& user, std::uint64_t stored, std::uint64_t bytes);
  /// How many claims were refused.
  std::uint64_t refused() const;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace parley::chat_service::media
