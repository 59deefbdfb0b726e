// How long until a service inside the own process takes connections, and until a client without a socket is
// connected?
//
// usage: service_start_bench ROUNDS DATABASE_FILE
// Prints medians in ms: START_IN_MEMORY START_NEW_FILE CLIENT_CONNECTED STOP.

#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <parley/parley.hpp>

#include "bench/support/twilsock_wire.hpp"
#include "chat_service/service.hpp"

namespace {

using namespace parley;
using Steady = std::chrono::steady_clock;

ServiceOptions options(const std::string& database) {
  ServiceOptions made;
  made.database = database;
  made.tenants.push_back({.account_sid = bench::kAccountSid,
                          .service_sid = bench::kServiceSid,
                          .keys = token::KeyRing({bench::kAccountSid, bench::kKeySid, bench::kKeySecret})});
  return made;
}

template <class Work>
double ms(Work work) {
  const auto start = Steady::now();
  work();
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) bench::fail("usage: service_start_bench ROUNDS DATABASE_FILE");
  Runtime runtime;
  std::vector<double> memory, file, connected, stopped;
  for (int i = 0; i < std::stoi(argv[1]); ++i) {
    {
      std::filesystem::remove(argv[2]);
      Service service(options(argv[2]));
      file.push_back(ms([&] { service.start().value(); }));
    }
    Service service(options(":memory:"));
    memory.push_back(ms([&] { service.start().value(); }));
    Client client(runtime, {.endpoint = Endpoint::stream(service.in_process()),
                            .tokens = fixed_token(bench::token_for("alice"))});
    connected.push_back(ms([&] { client.async_connect(boost::asio::use_future).get().value(); }));
    stopped.push_back(ms([&] { service.stop(std::chrono::milliseconds(0)); }));
  }
  std::cout << median(memory) << ' ' << median(file) << ' ' << median(connected) << ' ' << median(stopped)
            << std::endl;
}
