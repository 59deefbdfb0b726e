#include "chat_service/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <thread>

#include "common/net/http_client.hpp"
#include "common/net/message_stream.hpp"
#include "common/protocol/token/access_token.hpp"
#include "common/protocol/twilsock/packet.hpp"
#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/service_socket.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley {
namespace {

using net::test::Loop;
using Socket = testing::ServiceSocket;

ServiceOptions options(const std::string& database = ":memory:") {
  ServiceOptions options;
  options.database = database;
  options.tenants.push_back(testing::test_tenant());
  return options;
}

twilsock::Packet request(const std::string& id, const std::string& path) {
  twilsock::Packet packet{id, twilsock::Message{}, "", ""};
  std::get<twilsock::Message>(packet.body).request.path = path;
  return packet;
}

http::Response fetch(Loop& loop, const std::string& url, const std::string& method = "GET") {
  std::optional<http::Response> response;
  net::HttpCall call{
      .url = net::parse_url(url).value(), .method = method, .headers = {}, .body = {}, .tls = {}};
  const auto pending = net::http_call(loop.executor(), std::move(call), [&](auto result) {
    response = result ? *result : http::Response{.status = -1, .headers = {}, .body = result.error().message};
  });
  loop.run_until([&] { return response.has_value(); });
  return response.value_or(http::Response{});
}

TEST(Service, AnswersOnARealSocket) {
  Service service(options());
  const auto address = service.start();
  ASSERT_TRUE(address);
  EXPECT_NE(address->port, 0);
  EXPECT_EQ(service.url(), "ws://127.0.0.1:" + std::to_string(address->port) + "/v3/wsconnect");
  Loop loop;
  Socket socket(loop, service.url());
  socket.init("alice");
  EXPECT_TRUE(std::get<twilsock::Reply>(socket.receive().body).init);
  socket.send(request("1", "/Client/v2/Configuration"));
  const auto reply = socket.receive();
  EXPECT_EQ(std::get<twilsock::Reply>(reply.body).http->status, 200);
  const auto body = json::parse_object(reply.payload).value();
  EXPECT_TRUE(body["links"]["users"].get<std::string>().starts_with("http://" + address->to_string() + "/"));
}

TEST(Service, PlainHttpGetsHealthAndAClearNo) {
  Service service(options());
  const std::string base = "http://" + service.start().value().to_string();
  Loop loop;
  EXPECT_EQ(fetch(loop, base + "/healthz").status, 200);
  EXPECT_EQ(fetch(loop, base + "/healthz", "POST").status, 405);
  EXPECT_EQ(fetch(loop, base + "/nothing").status, 404);
  EXPECT_EQ(fetch(loop, base + "/v1/Services/IS/Media", "POST").status, 401);
}

TEST(Service, ADamagedDatabaseMakesItUnready) {
  const testing::TemporaryFile file;
  std::int64_t page = 0;
  {
    testing::CoreDriver driver({.database = file.path()});
    auto row =
        driver.database().query("SELECT rootpage FROM sqlite_master WHERE name = 'conversations_public'");
    ASSERT_TRUE(row.next());
    page = row.integer(0);
  }
  {
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp((page - 1) * 4096);
    bytes << std::string(4096, '\x5a');
  }
  std::vector<std::string> log;
  auto with_log = options(file.path());
  with_log.log = [&](const std::string& line) { log.push_back(line); };
  Service service(std::move(with_log));
  const std::string base = "http://" + service.start().value().to_string();
  Loop loop;
  Socket socket(loop, service.url());
  socket.init("alice");
  socket.receive();
  EXPECT_EQ(fetch(loop, base + "/readyz").status, 200) << "nobody has met the page yet";
  socket.send(request("1", "/Client/v2/Services/" + std::string(testing::kServiceSid) + "/Conversations"));
  EXPECT_EQ(std::get<twilsock::Reply>(socket.receive().body).http->status, 500);
  EXPECT_EQ(fetch(loop, base + "/readyz").status, 503);
  EXPECT_EQ(fetch(loop, base + "/healthz").status, 200);
  socket.send(request("2", "/Client/v2/Configuration"));
  EXPECT_EQ(std::get<twilsock::Reply>(socket.receive().body).http->status, 200)
      << "what can be read is served";
  EXPECT_EQ(fetch(loop, base + "/readyz").status, 503) << "though commits work";
  service.stop(std::chrono::seconds(0));
  EXPECT_THAT(log, ::testing::Contains(::testing::HasSubstr(R"("event":"database_damaged")")));
  EXPECT_THAT(log, ::testing::Contains(::testing::HasSubstr("malformed")));
}

TEST(Service, GarbageIsToldAndDropped) {
  Service service(options());
  service.start().value();
  Loop loop;
  Socket socket(loop, service.url());
  socket.send_raw("garbage");
  EXPECT_EQ(std::get<twilsock::Close>(socket.receive().body).status->code, 406);
  EXPECT_TRUE(socket.closes());
}

TEST(Service, AStrangersFirstMessageIsNoLongerThanAnInit) {
  Service service(options());
  service.start().value();
  Loop loop;
  Socket stranger(loop, service.url());
  stranger.send_raw(std::string(twilsock::kInitLimits.message + 1, 'x'));
  EXPECT_EQ(std::get<twilsock::Close>(stranger.receive().body).status->code, 406);
  EXPECT_TRUE(stranger.closes());
  Socket socket(loop, service.url());
  socket.init("alice");
  EXPECT_TRUE(std::get<twilsock::Reply>(socket.receive().body).status.ok());
  socket.send({"TM1", twilsock::Unknown{"dance"}, "", std::string(twilsock::kInitLimits.message, 'x')});
  EXPECT_EQ(std::get<twilsock::Reply>(socket.receive().body).status.code, 400) << "longer, and only unknown";
}

TEST(Service, SaysWhyConnectionsEndInTheLogAndTheMetrics) {
  auto talking = options();
  std::vector<std::string> lines;  // of the service's thread, read when it has ended
  talking.log = [&](const std::string& line) { lines.push_back(line); };
  talking.metrics_listen = net::ListenAddress{"127.0.0.1", 0};
  Service service(talking);
  service.start().value();
  Loop loop;
  Socket refused(loop, service.url());
  refused.init_with("no token");
  EXPECT_EQ(std::get<twilsock::Reply>(refused.receive().body).status.code, 401);
  EXPECT_TRUE(refused.closes());
  Socket polite(loop, service.url());
  polite.init("alice");
  polite.receive();
  polite.send({"bye", twilsock::Close{}, "", ""});
  EXPECT_TRUE(polite.closes());
  const std::string metrics = "http://" + service.metrics_address()->to_string() + "/metrics";
  std::string text;
  const std::string goodbye = "chat_service_connections_ended_total{reason=\"client_closed\"} 1\n";
  for (int attempt = 0; attempt < 1000 && text.find(goodbye) == text.npos; ++attempt)
    text = fetch(loop, metrics).body;
  EXPECT_NE(text.find(goodbye), text.npos);
  EXPECT_NE(text.find("chat_service_refused_inits_total{reason=\"token_malformed\"} 1\n"), text.npos);
  EXPECT_NE(text.find("chat_service_refused_inits_total{reason=\"token_expired\"} 0\n"), text.npos);
  service.stop(std::chrono::seconds(5));
  const auto logged = [&](const std::string& part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(part) != line.npos; });
  };
  EXPECT_TRUE(logged(R"("reason":"token_malformed","code":20101,"message":)"));
  EXPECT_TRUE(logged(R"("reason":"client_closed","message":"closed by the client")"));
}

TEST(Service, ALimitThatIsSetCountsThisMachineToo) {
  auto strict = options();
  strict.connection_limits.inits_per_second = 1;
  Service service(strict);
  service.start().value();
  Loop loop;
  const auto status_of_one_more = [&] {
    Socket socket(loop, service.url());
    socket.init_with("no token");
    return std::get<twilsock::Reply>(socket.receive().body).status.code;
  };
  std::vector<int> statuses;
  for (int i = 0; i < 30; ++i) statuses.push_back(status_of_one_more());
  EXPECT_EQ(std::count(statuses.begin(), statuses.begin() + 10, 401), 10);
  EXPECT_GT(std::count(statuses.begin(), statuses.end(), 429), 0);
}

TEST(Service, StopTellsTheClientsAndIsHarmlessTwice) {
  Service service(options());
  service.start().value();
  Loop loop;
  Socket socket(loop, service.url());
  socket.init("alice");
  socket.receive();
  std::thread stopping([&] { service.stop(std::chrono::seconds(5)); });
  const auto close = socket.receive();
  EXPECT_EQ(std::get<twilsock::Close>(close.body).status->code, 308);
  EXPECT_TRUE(twilsock::decode_backoff(close.payload));
  EXPECT_TRUE(socket.closes());
  stopping.join();
  service.stop(std::chrono::seconds(5));
}

TEST(Service, TheDestructorWaitsForNobody) {
  Loop loop;
  std::optional<Socket> socket;
  {
    Service service(options());
    service.start().value();
    socket.emplace(loop, service.url());
    socket->init("alice");
    socket->receive();
  }
  EXPECT_TRUE(socket->closes());
}

TEST(Service, StartsAndStopsManyTimesOnOneFile) {
  testing::TemporaryFile file;
  for (int round = 0; round < 20; ++round) {
    Service service(options(file.path()));
    ASSERT_TRUE(service.start());
    service.stop(std::chrono::seconds(5));
  }
}

TEST(Service, SaysWhyItCannotStart) {
  testing::TemporaryFile file;
  Service first(options());
  auto taken = options();
  taken.listen = first.start().value();
  Service second(taken);
  const auto failed = second.start();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unreachable);
  Service no_metrics([&] {
    auto all_but_metrics = options(file.path());
    all_but_metrics.metrics_listen = taken.listen;
    return all_but_metrics;
  }());
  EXPECT_EQ(no_metrics.start().error().code, Errc::unreachable);
  Service in_its_place(options(file.path()));
  EXPECT_TRUE(in_its_place.start()) << "nothing of the other one has the database";
  Service no_database(options("/no/such/directory/chat.db"));
  EXPECT_EQ(no_database.start().error().code, Errc::storage_error);
  Service never_started(options());
  never_started.stop(std::chrono::seconds(1));
}

}  // namespace
}  // namespace parley
