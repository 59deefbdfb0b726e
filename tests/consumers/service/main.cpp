// A program of somebody else that brings its own chat service.
#include <chat_service/service.hpp>
#include <iostream>

int main() {
  parley::ServiceOptions options;
  options.tenants = {{.account_sid = "AC00000000000000000000000000000001",
                      .service_sid = "IS00000000000000000000000000000003",
                      .keys = parley::token::KeyRing({"AC00000000000000000000000000000001",
                                                      "SK00000000000000000000000000000002", "a secret"})}};
  parley::Service service(std::move(options));
  const auto address = service.start();
  if (!address) {
    std::cerr << address.error().message << std::endl;
    return 1;
  }
  std::cout << service.url() << std::endl;
  service.stop(std::chrono::seconds(1));
  return 0;
}
