#pragma once
#include <cstdint>
#include <functional>

#include <parley/error.hpp>

namespace parley::chat_service {

/// A floor of free disk space that what is stored may not take. One thread at a time.
class FreeSpace {
 public:
  /// Asks the system how many bytes are free. Empty: nobody needs to know, there is always room.
  using Look = std::function<Result<std::uint64_t>()>;
  /// So much may be written between two looks. What others write meanwhile is seen with the next one.
  static constexpr std::uint64_t kLookEvery = 4ull * 1024 * 1024;

  FreeSpace(std::uint64_t floor, Look look) : floor_(floor), look_(std::move(look)) {}

  /// Something begins to come that will have so many bytes, or of which that is not known (0): looks. Errors,
  /// here and below: Errc::storage_error, 507 if there is no room, 500 if nobody can tell.
  Result<void> expect(std::uint64_t bytes);
  /// These are to be written now.
  Result<void> take(std::uint64_t bytes);
  /// How often there was no room.
  std::uint64_t refused() const { return refused_; }

 private:
  Result<void> look();
  Error no_room();

  std::uint64_t floor_;
  Look look_;
  std::uint64_t left_ = 0;   ///< above the floor, by the last look and what was taken since
  std::uint64_t until_ = 0;  ///< what may be taken until the next look
  std::uint64_t refused_ = 0;
};

}  // namespace parley::chat_service
