#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::HasSubstr;

const std::string kNoFile = "it is no regular file but a pipe, a device or a socket";

json with_files(const std::string& keys_file, const std::string& templates, const std::string& private_key) {
  json document = example();
  document["token_server"]["callers"] = {{{"type", "backend_keys"}, {"keys_file", keys_file}}};
  document["account"]["chat"]["content_templates_file"] = templates;
  for (const char* section : {"token_server", "chat_service"})
    document[section]["tls"] = {{"certificate_file", "c.pem"}, {"private_key_file", private_key}};
  return document;
}

std::string problems_of(const json& document, FilesOf files) {
  return problems_of(parse(document.dump(), "test.json", kNoVariables, files));
}

TEST(FilesOfSections, AreLookedAtByTheirOwnProgramOnly) {
  const TemporaryFile open("pem", 0644);
  const json document = with_files(testing::TempDir(), testing::TempDir(), open.path());
  const std::string of_token_server =
      "  token_server.tls.private_key_file: expected a file that only its owner and group can read (chmod "
      "o-rwx)\n"
      "  token_server.callers[0].keys_file: expected a file that can be read, but it is a directory\n";
  const std::string template_problem =
      "  account.chat.content_templates_file: expected the path of a file that can be read, but it is a "
      "directory\n";
  const std::string of_chat_service =
      "  chat_service.tls.private_key_file: expected a file that only its owner and group can read (chmod "
      "o-rwx)\n";
  EXPECT_EQ(problems_of(document, FilesOf::token_server), of_token_server);
  EXPECT_EQ(problems_of(document, FilesOf::chat_service), template_problem + of_chat_service);
  EXPECT_EQ(problems_of(document, FilesOf::all), template_problem + of_chat_service + of_token_server);
}

TEST(FilesOfSections, DoNotMatterToTheValuesWhichAllProgramsCheck) {
  json document = example();
  document["token_server"]["workers"] = 0;
  document["chat_service"]["drain_seconds"] = 0;
  for (const auto files : {FilesOf::all, FilesOf::token_server, FilesOf::chat_service}) {
    EXPECT_THAT(problems_of(document, files), HasSubstr("token_server.workers: "));
    EXPECT_THAT(problems_of(document, files), HasSubstr("chat_service.drain_seconds: "));
  }
}

// A pipe would keep the program waiting for whoever may write to it.
TEST(FilesOfSections, ArePipesNowhere) {
  const std::string pipe = testing::TempDir() + "/parley_config_pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(problems_of(load(pipe, kNoVariables)),
            "  " + pipe + ": expected a file that can be read, but " + kNoFile + "\n");
  json document = with_files(pipe, pipe, "k.pem");
  document["account"].erase("api_key_secret");
  document["account"]["api_key_secret_file"] = pipe;
  const auto problems = problems_of(document, FilesOf::all);
  for (const char* key : {"account.api_key_secret_file", "account.chat.content_templates_file"})
    EXPECT_THAT(problems, HasSubstr(std::string(key) +
                                    ": expected the path of a file that can be read, but " + kNoFile));
  EXPECT_THAT(problems, HasSubstr("callers[0].keys_file: expected a file that can be read, but " + kNoFile));
  std::filesystem::remove(pipe);
}

}  // namespace
}  // namespace parley::config
