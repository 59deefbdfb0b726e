#include "chat_sdk/src/io/transfer_context.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {
namespace {

/// A call that has failed before it began.
class NoCall final : public net::PendingCall {
 public:
  NoCall(const boost::asio::any_io_executor& executor, Error error, net::HttpCompletion done)
      : wanted_(std::make_shared<bool>(true)) {
    boost::asio::post(executor, [wanted = wanted_, error = std::move(error), done = std::move(done)] {
      if (*wanted) done(error);
    });
  }
  ~NoCall() override { *wanted_ = false; }

 private:
  std::shared_ptr<bool> wanted_;
};

}  // namespace

TimePoint TransferContext::now() const {
  TimePoint now = system_clock().now();
  gate->enter([&] { now = options.clock->now(); });
  return now;
}

std::unique_ptr<net::PendingCall> TransferContext::call(net::HttpCall call, const std::string& url,
                                                        net::HttpCompletion done) const {
  auto parsed = net::parse_url(url);
  if (!parsed) return std::make_unique<NoCall>(executor, parsed.error(), std::move(done));
  call.url = std::move(*parsed);
  if (const auto ready = options.ways.prepare(call); !ready)
    return std::make_unique<NoCall>(executor, ready.error(), std::move(done));
  if (auto& tell = call.tls.on_pin_mismatch)
    tell = [on_strand = on_strand, told = std::move(tell)](const Error& mismatch) {
      on_strand([told, mismatch] { told(mismatch); });
    };
  auto completion = watched(call.method, url, std::move(done));
  return net::http_call(executor, std::move(call), std::move(completion));
}

// The strand does both in this order.
net::HttpCompletion TransferContext::watched(const std::string& method, const std::string& url,
                                             net::HttpCompletion done) const {
  if (!options.watch) return done;
  const auto tell = std::make_shared<Done<http::Response>>();
  on_strand([tell, watch = options.watch, method, url] { *tell = watch(method, url); });
  return [on_strand = on_strand, tell, done = std::move(done)](Result<http::Response> answer) {
    Result<http::Response> outcome = answer ? Result<http::Response>(http::Response{.status = answer->status})
                                            : Result<http::Response>(answer.error());
    on_strand([tell, outcome = checked(std::move(outcome))] {
      if (*tell) (*tell)(outcome);
    });
    done(std::move(answer));
  };
}

Result<http::Response> checked(Result<http::Response> answer) {
  if (answer && answer->status / 100 != 2) return conversations::to_error(*answer);
  return answer;
}

}  // namespace parley::detail
