#include "chat_sdk/src/model/joining.hpp"

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

constexpr int kAlreadyMember = 50433;

}  // namespace

void Joining::join(const std::string& sid, Done<Channel> done) {
  rest_.post(urls_.participants(sid), conversations::encode_participant(urls_.configuration().identity),
             [this, sid, done](Result<http::Response> reply) {
               const bool member = reply || reply.error().server_code == kAlreadyMember;
               member ? open(sid, done) : done(reply.error());
             });
}

void Joining::open(const std::string& sid, Done<Channel> done) {
  opener_.open(sid, /*announce=*/true, [this, done](const Result<RecordPtr>& record) {
    if (!record) return done(record.error());
    registry_.set_current((*record)->handle());
    done((*record)->handle());
  });
}

void Joining::invite(const std::string& sid, const std::string& identity, Done<Member> done) {
  rest_.post(urls_.participants(sid), conversations::encode_participant(identity),
             [this, sid, identity, done](Result<http::Response> reply) {
               if (reply) {
                 const auto added = conversations::decode_participant(reply->body);
                 return added ? done(to_member(*added)) : done(added.error());
               }
               const auto record = registry_.by_sid(sid);
               const auto* member = record ? record->member(identity) : nullptr;
               const bool already = reply.error().server_code == kAlreadyMember && member;
               already ? done(*member) : done(reply.error());
             });
}

}  // namespace parley::detail
