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
               member ? open(sid, /*new_member=*/reply.has_value(), done) : done(reply.error());
             });
}

void Joining::open(const std::string& sid, bool new_member, Done<Channel> done) {
  opener_.open(sid, {.announce = true, .new_member = new_member},
               [this, done](const Result<RecordPtr>& record) {
                 if (!record) return done(record.error());
                 registry_.set_current((*record)->handle());
                 done((*record)->handle());
               });
}

void Joining::invite(const std::string& sid, const std::string& identity, Done<Member> done) {
  rest_.post(urls_.participants(sid), conversations::encode_participant(identity),
             [this, sid, identity, done](Result<http::Response> reply) {
               if (!reply && reply.error().server_code == kAlreadyMember)
                 return find_member(sid, identity, reply.error(), done);
               const auto added = decoded(reply, conversations::decode_participant);
               added ? done(to_member(*added)) : done(added.error());
             });
}

void Joining::find_member(const std::string& sid, const std::string& identity, const Error& otherwise,
                          Done<Member> done) {
  if (!registry_.by_sid(sid)) return done(otherwise);
  opener_.open(sid, {}, [identity, otherwise, done](const Result<RecordPtr>& record) {
    const auto* member = record ? (*record)->member(identity) : nullptr;
    member ? done(*member) : done(otherwise);
  });
}

}  // namespace parley::detail
