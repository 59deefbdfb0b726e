#include "token_server/http/openapi.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/token_server/api_driver.hpp"

namespace parley::token_server {
namespace {

using nlohmann::json;

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::set<std::string> described(const json& document) {
  std::set<std::string> operations;
  for (const auto& [path, methods] : document["paths"].items())
    for (const auto& [method, operation] : methods.items()) operations.insert(method + " " + path);
  return operations;
}

TEST(OpenApi, DescribesTheRoutesThereAre) {
  std::set<std::string> routes;
  for (const auto& route : all_routes()) routes.insert(lower(route.method) + " " + std::string(route.path));
  EXPECT_EQ(described(json::parse(openapi_text())), routes);
}

TEST(OpenApi, RefersOnlyToWhatItDefines) {
  const auto document = json::parse(openapi_text());
  EXPECT_EQ(document["openapi"], "3.1.0");
  const auto flat = document.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    if (!pointer.ends_with("/$ref")) continue;
    EXPECT_TRUE(document.contains(json::json_pointer(value.get<std::string>().substr(1)))) << value;
  }
}

TEST(OpenApi, NamesOperationsOnce) {
  const auto document = json::parse(openapi_text());
  std::set<std::string> ids;
  for (const auto& [path, methods] : document["paths"].items())
    for (const auto& [method, operation] : methods.items())
      EXPECT_TRUE(ids.insert(operation["operationId"]).second) << path;
}

TEST(OpenApi, IsServed) {
  ApiDriver driver(samples::policy(DevelopmentCallers{}));
  const auto response = driver.ask(samples::get("/openapi.json"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, openapi_text());
}

// Statuses that the document promises for an operation, against what the server answers.
TEST(OpenApi, ListsTheStatusesThatAreAnswered) {
  const auto document = json::parse(openapi_text());
  const auto promised = [&](const char* path, const char* method, int status) {
    return document["paths"][path][method]["responses"].contains(std::to_string(status));
  };
  ApiDriver driver(samples::policy(BackendKeys{samples::backend()}));
  const auto ask = samples::post("/v1/token", R"({"user":"alice"})");
  for (const auto& request : {ask, samples::with_key(ask), samples::with_key(samples::post("/v1/token", "x")),
                              samples::with_key(samples::post("/v1/token", "x", "text/plain")),
                              samples::with_key(samples::post("/auth", ""))}) {
    const auto status = driver.ask(request).status;
    EXPECT_TRUE(promised(request.path.c_str(), "post", status)) << request.path << " " << status;
  }
}

}  // namespace
}  // namespace parley::token_server
