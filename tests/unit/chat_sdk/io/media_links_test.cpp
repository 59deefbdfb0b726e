#include "chat_sdk/src/io/media_links.hpp"

#include "tests/unit/net/server_fixture.hpp"

namespace parley::detail {
namespace {

/// Asks a media service that answers what the test says.
class MediaLinksTest : public net::test::ServerFixture {
 protected:
  MediaLinksTest() { start(); }

  void on_request(const http::Request& request, const std::string&, net::HttpReply reply) override {
    requests_.push_back(request);
    http::Response response;
    response.content_type = "application/json";
    response.body = answer_;
    reply(std::move(response));
  }

  static std::string record(const std::string& sid) {
    return R"({"sid":")" + sid + R"(","size":7,"links":{"content_direct_temporary":"http://link/)" + sid +
           R"("}})";
  }
  static std::string entry(const std::string& sid) {
    return R"({"code":200,"media_record":)" + record(sid) + "}";
  }

  static ProxyOptions no_proxy() {
    ProxyOptions options;
    options.use = ProxyOptions::Use::none;
    return options;
  }

  /// Asks for all of them together.
  std::vector<Result<MediaLink>> ask(const std::vector<std::string>& sids) {
    TransferContext context{loop_.executor(),
                            {.ways = Ways(no_proxy(), {}), .patience = std::chrono::seconds(20)},
                            std::make_shared<UserGate>([](const std::function<void()>& work) { work(); }),
                            [](const std::function<void()>& work) { work(); }};
    context.access.url = "http://" + address_.to_string() + "/Media";
    context.access.set_url = "http://" + address_.to_string() + "/MediaSet";
    const auto links = std::make_shared<MediaLinks>(context);
    std::vector<Result<MediaLink>> outcomes(sids.size(), Error{.message = "nothing came"});
    std::size_t told = 0;
    for (std::size_t i = 0; i < sids.size(); ++i)
      links->get(sids[i], false, links, [&outcomes, &told, i](Result<MediaLink> link) {
        outcomes[i] = std::move(link);
        ++told;
      });
    EXPECT_TRUE(loop_.run_until([&] { return told == sids.size(); }));
    return outcomes;
  }

  std::string answer_;
};

TEST_F(MediaLinksTest, OneIsAskedForAlone) {
  answer_ = record("ME1");
  const auto link = ask({"ME1"}).front();
  ASSERT_TRUE(link) << link.error().to_string();
  EXPECT_EQ(link->url, "http://link/ME1");
  EXPECT_EQ(link->bytes, 7u);
  EXPECT_EQ(requests_.at(0).path, "/Media/ME1");
}

TEST_F(MediaLinksTest, ALinkToAnotherMediumIsNoAnswer) {
  answer_ = record("ME2");
  const auto link = ask({"ME1"}).front();
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, Errc::protocol_error);
}

TEST_F(MediaLinksTest, EachOfASetMustBeWhatWasAskedForInItsPlace) {
  answer_ = "[" + entry("ME1") + "," + entry("ME3") + "," + entry("ME2") + "]";
  const auto links = ask({"ME1", "ME2", "ME3"});
  EXPECT_EQ(requests_.at(0).path, "/MediaSet");
  ASSERT_TRUE(links[0]) << links[0].error().to_string();
  EXPECT_EQ(links[0]->url, "http://link/ME1");
  for (const std::size_t i : {1, 2}) {
    ASSERT_FALSE(links[i]) << i;
    EXPECT_EQ(links[i].error().code, Errc::protocol_error) << i;
  }
}

}  // namespace
}  // namespace parley::detail
