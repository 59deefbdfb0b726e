#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/src/connections/hub.hpp"
#include "chat_service/src/unit_of_work.hpp"

namespace parley::chat_service {

/// An answer and its consequences, waiting for the commit.
struct Held {
  Hub::Origin origin{};
  std::string request_id{};                     ///< of the connection's request; "": see `reply`
  std::function<void(http::Response)> reply{};  ///< who waits outside of the connections, if anybody
  http::Response response{};
  Effects effects{};
  std::string_view route{};  ///< of a client's request, of static lifetime
};

/// One transaction that many requests share, and what each of them is told when it is committed, or when it
/// could not be.
class GroupCommit {
 public:
  using OnAnswer = std::function<void(std::string_view route, int status)>;

  /// `on_answer` may be empty. Lifetime: the others outlive it.
  GroupCommit(storage::Database& database, Hub& hub, OnAnswer on_answer)
      : database_(database), hub_(hub), on_answer_(std::move(on_answer)) {}

  bool is_open() const { return unit_.has_value(); }
  /// False: it was open.
  bool open();
  /// What is open.
  UnitOfWork& unit() { return *unit_; }

  void hold(Held held);
  /// Enough is held: it should be committed before more comes.
  bool is_full() const;

  /// Ends what is open; what is held is told of it by release(), and until then nothing is begun.
  Result<void> commit();
  /// Answers everybody and carries the effects out, or tells why there are none.
  void release(const Result<void>& committed);

 private:
  void answer(Held& held, const Result<void>& committed);

  storage::Database& database_;
  Hub& hub_;
  OnAnswer on_answer_;
  std::optional<UnitOfWork> unit_;
  std::vector<Held> held_;
  std::size_t held_bytes_ = 0;
};

}  // namespace parley::chat_service
