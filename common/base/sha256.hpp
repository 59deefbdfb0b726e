#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace parley {

/// SHA-256 of bytes that come piece by piece. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::string_view bytes);
  /// 64 lower-case hex digits, as sha256_hex() of everything that was added. Ends it: call once, last.
  std::string finish_hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace parley
