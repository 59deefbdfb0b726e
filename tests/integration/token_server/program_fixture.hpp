#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "common/net/http_client.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::support {

inline constexpr const char* kExampleSecret = "example-secret-change-me-0123456";

/// The real program with a configuration of its own, which starts as the example's on a free port.
class ProgramFixture : public ::testing::Test {
 protected:
  static constexpr const char* kRealSecret = "Vx3pLq9ZtW7sRb2NfYd8KmHc5GjUe1oA";
  static constexpr const char* kBackendKey = "pk_of-the-tests-back-end";

  ProgramFixture();

  static std::string program_path();
  static std::string example_config();
  std::string folder() const { return files_.directory().string(); }

  /// Writes the configuration, readable by its owner only, and gives its path.
  std::string write_config(const nlohmann::json& config) const;
  std::string write_config() const { return write_config(config_); }
  std::string private_file(const std::string& name, const std::string& text) const;
  static std::string text_of(const std::string& path);
  /// The callers of a section become one back end, with kBackendKey.
  static void use_backend_key(nlohmann::json& section);

  /// The URL that the program says it listens on.
  static net::Url ready_url(ChildProcess& program);
  /// Status 0: there was no answer.
  http::Response ask_for_token(net::Url url, http::Fields headers = {}) const;
  /// Asks until the program's readiness has this status, for ten seconds; gives the last one.
  int wait_for_readiness(net::Url url, int status) const;
  /// Exchanges the configuration and waits until the program says `words` about it.
  void reload(ChildProcess& program, const nlohmann::json& config, const std::string& words);

  static http::Response call(net::HttpCall call);

  nlohmann::json config_;
  std::string trusted_;  ///< certificate that ask_for_token() trusts
  parley::testing::TemporaryFile files_;
};

}  // namespace parley::support
