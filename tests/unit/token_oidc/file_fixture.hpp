#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>

#include "tests/unit/token_oidc/samples.hpp"

namespace parley::token_server::test {

/// A verifier with its keys in a file: every answer comes inside the call.
class FileFixture : public testing::Test {
 protected:
  FileFixture()
      : file_(std::filesystem::temp_directory_path() /
              ("parley-oidc-test-" + std::to_string(std::random_device{}()))) {}
  ~FileFixture() override {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }

  Result<void> start(const std::string& text, OidcSettings settings = test::settings()) {
    std::ofstream(file_, std::ios::binary) << text;
    settings.jwks_file = file_.string();
    verifier_ = std::make_unique<OidcVerifier>(context_.get_executor(), std::move(settings), clock_);
    return verifier_->start();
  }

  Result<OidcSubject> verify(const std::string& token) {
    std::optional<Result<OidcSubject>> outcome;
    verifier_->verify(token, [&](Result<OidcSubject> result) { outcome = std::move(result); });
    if (!outcome) return Error{.message = "no answer inside the call"};
    return *outcome;
  }

  ManualClock clock_;
  boost::asio::io_context context_;
  std::filesystem::path file_;
  std::unique_ptr<OidcVerifier> verifier_;
};

}  // namespace parley::token_server::test
