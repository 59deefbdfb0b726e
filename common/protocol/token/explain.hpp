#pragma once
#include <chrono>
#include <optional>
#include <parley/seams.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/token/verifier.hpp"

/// What a token is and who would refuse it, in words, for a person who has to find out why. No I/O.
namespace parley::token {

enum class Severity {
  refused,  ///< somebody refuses the token for it
  warning,  ///< it is accepted, and trouble follows
  note,
};

/// Whom a finding is about.
enum class Party { twilio_and_chat_service, twilio, chat_service, clients };

/// "Twilio and chat_service", "Twilio", "chat_service", "clients".
std::string_view to_string(Party party);
/// "refused", "warning", "note".
std::string_view to_string(Severity severity);

struct Finding {
  Severity severity;
  Party who;
  int code;          ///< 20101 to 20157 for what is refused; 0: there is no number for it
  std::string text;  ///< cause and cure; fit for a terminal, without the token, a secret or a line break
};

/// What the token says, as far as it could be read. Texts are as the token has them: put them through
/// printable() before you show them. Empty: absent or no text.
struct Facts {
  std::string algorithm, type, content_type, region;
  std::string token_id, identity, account_sid, key_sid;
  std::vector<std::string> grants{};  ///< names, in the token's order
  std::string service_sid, endpoint_id, role_sid, push_credential_sid;
  std::optional<WallTime> issued_at{}, not_before{}, expires_at{};
  std::optional<std::chrono::seconds> life{}, remaining{};  ///< `remaining` is negative when it is over
};

enum class SignatureState { not_checked, verified, wrong };

struct Explanation {
  bool readable = false;  ///< its parts could be read; else `facts` is empty
  Facts facts{};
  SignatureState signature = SignatureState::not_checked;
  std::vector<Finding> findings{};  ///< in the order in which a verifier looks

  /// True if some party would not accept it.
  bool is_refused() const;
};

/// The token in what somebody pasted: without white space around it, quotes, a leading "Bearer " or
/// "Authorization:", and taken out of a JSON reply `{"token":"..."}`. Points into `storage` or `pasted`.
struct Pasted {
  std::string token;
  std::vector<std::string> notes{};  ///< what was left out
};
Pasted unwrap(std::string_view pasted);

/// Finds everything worth telling about a token, not only what is wrong first.
///
/// Without keys in `keys` the signature and the issuer stay unchecked; without services in the policy the
/// service does. With both, a finding of Severity::refused that concerns chat_service exists exactly if
/// verify() refuses the unwrapped token, and the first such finding has the code of verify().
Explanation explain(std::string_view pasted, const KeyRing& keys, const VerifyPolicy& policy, WallTime now);

/// A text of foreign origin for one line of a terminal: control, direction and invisible characters and bad
/// UTF-8 as \xNN, cut after `most` bytes.
std::string printable(std::string_view text, std::size_t most = 256);

/// "42 min", "3 h 20 min", "2 days 1 h", "7 s"; without a sign.
std::string in_words(std::chrono::seconds duration);

}  // namespace parley::token
