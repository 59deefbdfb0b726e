#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/temporary_file.hpp"
#include "token_server/audit/audit_log.hpp"

namespace parley::token_server {

class AuditTest : public ::testing::Test {
 protected:
  std::string path() const { return file_.directory() / "logs" / "audit.log"; }
  std::unique_ptr<AuditLog> open() const { return std::move(AuditLog::open(path(), system_clock()).value()); }

  /// A log with some lines.
  void write_lines(int count) const {
    const auto log = open();
    for (int i = 0; i < count; ++i)
      log->append({.what = "login", .caller = "id:1", .address = "192.0.2.1", .outcome = std::to_string(i)})
          .value();
  }
  std::string text() const {
    std::ifstream in(path(), std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  void set_text(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::istringstream in(text());
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  void set_lines(const std::vector<std::string>& lines) const {
    std::string all;
    for (const auto& line : lines) all += line + "\n";
    set_text(all);
  }

  testing::TemporaryFile file_;
};

}  // namespace parley::token_server
