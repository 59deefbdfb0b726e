#include "tests/integration/token_server/program_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"

namespace parley::support {

using nlohmann::json;

ProgramFixture::ProgramFixture() {
  std::ifstream file(example_config());
  config_ = json::parse(file);
  auto& section = config_["token_server"];
  section["listen"] = "127.0.0.1:0";
  section["database"] = folder() + "/token.db";
  section["audit_log"] = folder() + "/audit.log";
}

std::string ProgramFixture::program_path() { return PARLEY_TOKEN_SERVER; }

std::string ProgramFixture::example_config() {
  return std::string(PARLEY_SOURCE_DIR) + "/config.example.json";
}

std::string ProgramFixture::private_file(const std::string& name, const std::string& text) const {
  const auto path = folder() + "/" + name;
  std::ofstream(path).close();
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::ofstream(path) << text;
  return path;
}

std::string ProgramFixture::write_config(const json& config) const {
  // In one step: a program that re-reads it meanwhile must not see half of it.
  const auto path = folder() + "/config.json";
  std::filesystem::rename(private_file("config.new", config.dump()), path);
  return path;
}

std::string ProgramFixture::text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void ProgramFixture::use_backend_key(json& section) {
  const auto digest = hex_encode(as_bytes(sha256(kBackendKey)));
  section["callers"] = {{{"type", "backend_keys"}, {"keys", {{{"name", "tests"}, {"sha256", digest}}}}}};
  section["limits"] = {{"requests_per_minute_per_identity", 10'000'000}};
}

net::Url ProgramFixture::ready_url(ChildProcess& program) {
  const auto line = program.read_line().value_or("nothing");
  const std::string start = "token_server listening on ";
  EXPECT_TRUE(line.starts_with(start)) << line;
  const auto url = net::parse_url(line.substr(std::min(start.size(), line.size())));
  EXPECT_TRUE(url) << line;
  return url ? *url : net::Url{};
}

http::Response ProgramFixture::ask_for_token(net::Url url, http::Fields headers) const {
  url.target = "/v1/token";
  headers.emplace_back("Content-Type", "application/json");
  return call({.url = url,
               .method = "POST",
               .headers = std::move(headers),
               .body = R"({"user":"alice-the-user"})",
               .tls = {.ca_file = trusted_}});
}

int ProgramFixture::wait_for_readiness(net::Url url, int status) const {
  url.target = "/readyz";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int last = 0;
  while (last != status && std::chrono::steady_clock::now() < end) {
    last = call({.url = url, .tls = {.ca_file = trusted_}}).status;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // each question is a line in the log's pipe
  }
  return last;
}

http::Response ProgramFixture::call(net::HttpCall call) {
  boost::asio::io_context io;
  http::Response response{.status = 0};
  const auto pending = net::http_call(io.get_executor(), std::move(call), [&](Result<http::Response> answer) {
    if (answer) response = std::move(*answer);
  });
  io.run();
  return response;
}

void ProgramFixture::reload(ChildProcess& program, const json& config, const std::string& words) {
  write_config(config);
  program.signal(SIGHUP);
  while (const auto line = program.read_error_line())
    if (line->find(words) != line->npos) return;
  ADD_FAILURE() << "nothing was said of: " << words;
}

}  // namespace parley::support
