#pragma once
#include <chrono>
#include <cstddef>

/// Every bound on what is read from the network, in one place. Tests check each at the limit and one beyond.
namespace parley::limits {

inline constexpr std::size_t kPacketBytes = 1024 * 1024;  ///< one Twilsock packet, header and payload
/// What a client accepts: a page or replay of the vendor's cloud is not cut by our service's limit.
inline constexpr std::size_t kClientPacketBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kPacketHeaderBytes = 64 * 1024;
inline constexpr std::size_t kPacketIdBytes = 64;
inline constexpr std::size_t kInitRegistrations = 32;  ///< of one `init`; more are ignored
inline constexpr std::size_t kJsonDepth = 64;
inline constexpr std::size_t kJsonMembers = 10'000;  ///< of one text: a full batch of subscriptions has 3,006
inline constexpr std::size_t kJsonElements = 10'000;        ///< of one text
inline constexpr std::size_t kAnswerJsonMembers = 200'000;  ///< what a client accepts of a server
inline constexpr std::size_t kAnswerJsonElements = 200'000;
inline constexpr std::size_t kPacketHeaderMembers = 1000;  ///< of a packet's header, and as many elements
inline constexpr std::size_t kTokenBytes = 8 * 1024;

// The only packet that a stranger may send: what an `init` needs.
inline constexpr std::size_t kContinuationTokenBytes = 2 * 1024;
inline constexpr std::size_t kInitMetadataBytes = 2 * 1024;  ///< with the names of all members, id and method
inline constexpr std::size_t kInitRegistrationBytes = 384;   ///< one; that of the official clients has 240
inline constexpr std::size_t kInitHeaderBytes =
    kTokenBytes + kContinuationTokenBytes + kInitMetadataBytes + kInitRegistrations * kInitRegistrationBytes;
static_assert(kInitHeaderBytes == 24 * 1024);
inline constexpr std::size_t kPacketFrameBytes = 64;   ///< of a packet beside header and payload
inline constexpr std::size_t kRegistrationTypes = 16;  ///< read of one registration; more are ignored

// Of what a client registers for after its `init`.
inline constexpr std::size_t kNotificationContexts = 16;  ///< of one connection
inline constexpr std::size_t kNotificationContextIdBytes = 64;
inline constexpr std::size_t kNotificationContextBytes = 4 * 1024;

// Of what the oldest clients write their commands to.
inline constexpr std::size_t kSessionLists = 10;    ///< of one user; the one unused for longest makes room
inline constexpr std::size_t kSessionAnswers = 50;  ///< kept for a client that asks for them later
inline constexpr std::size_t kSessionAnswerBytes = 64 * 1024;
inline constexpr std::size_t kConsumptionReports = 100;  ///< of one command

inline constexpr std::size_t kIdentityBytes = 256;
inline constexpr std::size_t kEndpointIdBytes = 256;  ///< of a token's chat grant
inline constexpr std::size_t kMutationIdBytes = 128;  ///< a client's name for one write
inline constexpr std::size_t kPathSegments = 16;      ///< of a tunnelled request

inline constexpr std::size_t kMessageBodyBytes = 32 * 1024;
inline constexpr std::size_t kMessageMedia = 10;                ///< files of one message
inline constexpr std::size_t kAttributesBytes = 16 * 1024;      ///< of a conversation or a user
inline constexpr std::size_t kSmallAttributesBytes = 4 * 1024;  ///< of a message or a participant
inline constexpr std::size_t kParticipants = 1000;              ///< of one conversation, and as many invited
inline constexpr std::size_t kNonChatParticipants = 50;         ///< among them
inline constexpr std::size_t kAddressChars = 256;               ///< of a participant outside of chat
inline constexpr std::size_t kRegistrationBytes = 16 * 1024;    ///< one registration for push notifications
inline constexpr std::size_t kRegistrations = 20;               ///< of one user; the newest are kept
inline constexpr std::size_t kNameBytes = 320;                  ///< unique names, subjects
inline constexpr std::size_t kFriendlyNameChars = 256;          ///< Unicode characters
inline constexpr std::size_t kContentTemplates = 1000;          ///< of one service

inline constexpr std::size_t kPageSize = 100;  ///< the most items in one page
inline constexpr std::size_t kDefaultPageSize = 50;
inline constexpr std::size_t kPageBytes = 512 * 1024;  ///< one page and its envelope fit into a packet
inline constexpr std::size_t kSubscriptionBatch = 1000;
inline constexpr std::size_t kReplayItems = 500;  ///< of one object in one batch; the client asks again
inline constexpr std::size_t kReplayBytes = 1024 * 1024;     ///< of one batch
inline constexpr std::size_t kHeldBytes = 64 * 1024 * 1024;  ///< of one object, while its replay is running
inline constexpr std::size_t kHeldEvents = 50'000;           ///< of one object, while its replay is running

// What counts as one more request of those that a user may make: see Admission of chat_service.
inline constexpr std::size_t kThrottledPacketBytes = 64 * 1024;  ///< of a packet that a client sends
inline constexpr std::size_t kThrottledAnswerBytes = 64 * 1024;  ///< of what it is sent for it
inline constexpr std::size_t kThrottledLookups = 10;       ///< subscriptions in one batch, files in one set
inline constexpr std::size_t kThrottledOrdinaryRows = 32;  ///< of the database: any request may touch as many
inline constexpr std::size_t kThrottledRows = 16;          ///< read, made, changed or removed beyond those
inline constexpr std::size_t kThrottledSteps = 8 * 1024;   ///< of the database, for what it passes over
inline constexpr std::size_t kThrottledDeliveries = 50;    ///< events, once for each receiver
// Bytes of events for one receiver. A user's 300 requests a second are then at most 0.92 MB a second for any
// receiver, less than the 1 MB that one at 8 Mbit/s reads; the 1000 that may come at once are 3.1 MB, and
// the one request whose price was not known before it ran at most 0.3 MB more: less than the 4 MiB that may
// wait for a receiver (kSendQueueBytes).
inline constexpr std::size_t kThrottledEventBytes = 3 * 1024;

inline constexpr std::size_t kImportLineBytes = 16 * 1024 * 1024;  ///< one row of an export

inline constexpr std::size_t kHeldAnswers = 1000;  ///< of the service that wait for one commit
inline constexpr std::size_t kHeldAnswerBytes = 8 * 1024 * 1024;

inline constexpr std::size_t kHttpHeaderBytes = 16 * 1024;
inline constexpr std::size_t kHttpBodyBytes = 64 * 1024;
inline constexpr std::size_t kHttpFields = 100;  ///< header fields of one request
inline constexpr std::size_t kHttpParams = 100;  ///< members of one request's query

inline constexpr std::size_t kTlsHandshakesQueued = 1024;   ///< that have something to be computed
inline constexpr std::size_t kTlsHandshakesWaiting = 4096;  ///< for their peer's next bytes
/// Of messages and bodies that are not whole yet, over all connections of one thread.
inline constexpr std::size_t kInboundBytes = 256 * 1024 * 1024;
inline constexpr std::size_t kInboundFreeBytes = 4 * 1024;  ///< of one connection, which do not count there
inline constexpr std::size_t kReservedDescriptors = 128;    ///< that connections do not use up
inline constexpr std::size_t kRepeatedLines = 10;  ///< of the log, alike and of one address, in one window
inline constexpr std::size_t kRepeatedSources = 1000;  ///< that are told apart in one window

inline constexpr std::size_t kMediaFilenameBytes = 255;  ///< of an uploaded file, after its path was cut off
inline constexpr std::size_t kMediaTypeBytes = 255;      ///< `type/subtype; parameters`
inline constexpr std::size_t kMediaSetEntries = 1000;    ///< asked for in one request: ten for each of a page
inline constexpr std::size_t kMediaUploads = 20;         ///< of one user at the same time
inline constexpr std::size_t kMediaWaitingBytes = 64 * 1024;  ///< of one upload; then its client waits
inline constexpr std::size_t kMediaOpenings = 1000;  ///< downloads that wait for the disk to find their file
inline constexpr std::size_t kMultipartBoundaryBytes = 70;      ///< RFC 2046
inline constexpr std::size_t kMultipartHeaderBytes = 8 * 1024;  ///< of one part
inline constexpr std::size_t kMultipartOtherBytes = 64 * 1024;  ///< everything in a form that is not the file
inline constexpr std::size_t kMultipartPaddingBytes = 256;      ///< blanks behind a boundary
inline constexpr std::size_t kMultipartParts = 20;

inline constexpr std::size_t kJwksBytes = 256 * 1024;  ///< the published keys of one issuer
inline constexpr std::size_t kJwksKeys = 100;          ///< of one issuer
inline constexpr std::size_t kJwksWaiting = 1000;      ///< tokens that wait while keys are fetched
inline constexpr std::size_t kKeyIdBytes = 256;        ///< `kid` of a foreign key or token

inline constexpr std::size_t kSendQueueBytes = 4 * 1024 * 1024;     ///< waiting for one slow receiver
inline constexpr std::size_t kTotalQueueBytes = 512 * 1024 * 1024;  ///< waiting for all of them

}  // namespace parley::limits
