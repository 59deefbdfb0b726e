#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "common/net/http_client.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::support {

/// The real program with a configuration of its own, which starts as the example's on a free port and a file.
class ChatProgram : public ::testing::Test {
 protected:
  ChatProgram() {
    std::ifstream file(std::string(PARLEY_SOURCE_DIR) + "/config.example.json");
    config_ = nlohmann::json::parse(file);
    config_["chat_service"]["listen"] = "127.0.0.1:0";
    config_["chat_service"]["database"] = folder() + "/chat.db";
  }

  std::string folder() const { return files_.directory().string(); }
  static std::string program() { return PARLEY_CHAT_SERVICE; }

  /// Readable by its owner only.
  std::string write_config() const {
    const auto path = folder() + "/config.json";
    std::ofstream(path).close();
    using std::filesystem::perms;
    std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
    std::ofstream(path) << config_.dump();
    return path;
  }
  std::vector<std::string> with_config(std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {program(), "--config", write_config()});
    return words;
  }

  /// What the line says behind `start`, as a URL whose scheme is HTTP's.
  static net::Url url_in(const std::string& line, const std::string& start) {
    EXPECT_TRUE(line.starts_with(start)) << line;
    auto text = line.substr(std::min(start.size(), line.size()));
    if (text.starts_with("ws")) text.replace(0, 2, "http");
    const auto url = net::parse_url(text);
    EXPECT_TRUE(url) << line;
    return url ? *url : net::Url{};
  }
  static net::Url ready_url(ChildProcess& running) {
    return url_in(running.read_line().value_or("nothing"), "chat_service listening on ");
  }

  /// Status 0: there was no answer.
  http::Response ask(net::Url url, const std::string& target, http::Fields headers = {},
                     const std::string& method = "GET") const {
    boost::asio::io_context io;
    http::Response response{.status = 0};
    url.target = target;
    const auto call = net::http_call(
        io.get_executor(),
        {.url = url, .method = method, .headers = std::move(headers), .tls = {.ca_file = trusted_}},
        [&](Result<http::Response> answer) {
          if (answer) response = std::move(*answer);
        });
    io.run();
    return response;
  }
  static std::string header(const http::Response& response, std::string_view name) {
    return std::string(http::find_header(response.headers, name).value_or(""));
  }

  nlohmann::json config_;
  std::string trusted_;  ///< certificate that ask() trusts
  parley::testing::TemporaryFile files_;
};

}  // namespace parley::support
