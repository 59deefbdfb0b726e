#include "tests/layers/layers.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace parley::layers {
namespace {

namespace fs = std::filesystem;

/// A small house on disk: enough headers to include, and one file with the line under test.
class Layers : public ::testing::Test {
 protected:
  Layers() : root_(fs::path(::testing::TempDir()) / ("layers_" + name_of_this_test())) {
    fs::remove_all(root_);
    for (const char* header :
         {"common/base/json.hpp", "common/base/include/parley/error.hpp", "common/config/config.hpp",
          "common/net/url.hpp", "common/net/src/websocket.hpp", "common/protocol/twilsock/packet.hpp",
          "common/protocol/token/verifier.hpp", "common/storage/database.hpp",
          "chat_sdk/include/parley/client.hpp", "chat_sdk/src/io/client_runtime.hpp",
          "chat_service/service.hpp", "token_server/token_server.hpp"})
      write(header, "#pragma once\n");
  }
  ~Layers() override { fs::remove_all(root_); }

  static std::string name_of_this_test() {
    return ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  void write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }

  std::vector<Violation> with(const std::string& file, const std::string& text) {
    write(file, text);
    auto violations = check(root_).violations;
    fs::remove(root_ / file);
    return violations;
  }

  fs::path root_;
};

TEST_F(Layers, FindsEveryPlantedViolation) {
  struct Case {
    const char* file;
    const char* include;
  };
  const Case cases[] = {
      {"common/base/x.cpp", "\"common/net/url.hpp\""},                  // up
      {"common/base/x.cpp", "<boost/asio/post.hpp>"},                   // I/O on the ground floor
      {"common/net/x.cpp", "\"common/storage/database.hpp\""},          // sideways
      {"common/protocol/sync/x.cpp", "\"common/net/url.hpp\""},         // up
      {"common/protocol/sync/x.cpp", "<boost/asio/steady_timer.hpp>"},  // a machine with a clock
      {"common/protocol/token/x.cpp", "\"common/protocol/twilsock/packet.hpp\""},
      {"chat_sdk/src/x.cpp", "\"chat_service/service.hpp\""},  // the client knows no service
      {"chat_sdk/src/x.cpp", "\"common/storage/database.hpp\""},
      {"chat_sdk/src/x.cpp", "<boost/beast/http.hpp>"},        // Beast beyond net
      {"chat_sdk/src/model/x.cpp", "\"common/net/url.hpp\""},  // the engine does no I/O
      {"chat_sdk/src/model/x.cpp", "\"chat_sdk/src/io/client_runtime.hpp\""},
      {"chat_sdk/include/parley/x.hpp", "\"common/base/json.hpp\""},  // inner header in a public one
      {"chat_sdk/include/parley/x.hpp", "<nlohmann/json.hpp>"},
      {"chat_sdk/include/parley/x.hpp", "<openssl/ssl.h>"},
      {"common/base/include/parley/x.hpp", "<parley/client.hpp>"},  // up, by its public name
      {"chat_service/src/domain/x.cpp", "\"common/net/url.hpp\""},
      {"chat_service/src/domain/x.cpp", "\"token_server/token_server.hpp\""},
      {"chat_service/src/domain/x.cpp", "<sqlite3.h>"},
      {"chat_service/src/x.hpp", "<nlohmann/json.hpp>"},            // JSON in a header
      {"token_server/routes.cpp", "\"common/config/config.hpp\""},  // for main.cpp only
      {"demo_app/src/x.cpp", "\"common/net/src/websocket.hpp\""},   // inner to net
      {"demo_app/src/x.cpp", "\"chat_sdk/src/io/client_runtime.hpp\""},
      {"demo_app/src/x.cpp", "\"no/such/file.hpp\""},
      {"demo_app/src/x.cpp", "<parley/no_such.hpp>"},
      {"demo_app/src/x.cpp", "<curl/curl.h>"},  // a library nobody decided on
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.file) + " includes " + c.include);
    const auto violations =
        with(c.file, "#pragma once\n#include <string>\n#  include " + std::string(c.include) + "\n");
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].file, c.file);
    EXPECT_EQ(violations[0].line, 3);
  }
}

TEST_F(Layers, FindsNamesWhereTheyMustNotBe) {
  for (const char* text :
       {"nlohmann::ordered_json value;\n", "auto value = json::OrderedValue::parse(text);\n"}) {
    SCOPED_TRACE(text);
    const auto violations = with("chat_service/src/routes/x.cpp", text);
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].line, 1);
  }
  EXPECT_TRUE(with("common/config/x.cpp", "nlohmann::ordered_json value;\n").empty());
}

TEST_F(Layers, AllowsWhatTheTableAllows) {
  struct Case {
    const char* file;
    const char* include;
  };
  const Case cases[] = {
      {"common/net/src/x.cpp", "<boost/beast/http.hpp>"},
      {"common/protocol/sync/x.cpp", "\"common/protocol/token/verifier.hpp\""},
      {"common/storage/x.cpp", "<parley/error.hpp>"},
      {"token_server/program/main.cpp", "\"common/config/config.hpp\""},
      {"chat_service/src/store/x.cpp", "\"common/storage/database.hpp\""},
      {"chat_sdk/src/io/x.cpp", "\"common/net/url.hpp\""},
      {"chat_sdk/include/parley/x.hpp", "<parley/error.hpp>"},
      {"chat_sdk/include/parley/json.hpp", "<nlohmann/json.hpp>"},
      {"demo_app/src/x.cpp", "\"chat_service/service.hpp\""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.file) + " includes " + c.include);
    EXPECT_TRUE(with(c.file, "#include " + std::string(c.include) + "\n").empty());
  }
}

TEST_F(Layers, CountsWhatItRead) {
  const auto report = check(root_);
  EXPECT_EQ(report.files, 12u);
  EXPECT_EQ(report.includes, 0u);
}

}  // namespace
}  // namespace parley::layers
