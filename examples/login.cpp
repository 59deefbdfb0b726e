// Logs in at a token_server with name and password, and stays logged in: the session lies in a file, so the
// next start asks for no password. "login alice out" logs out.
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <parley/parley.hpp>
#include <sstream>

using boost::asio::use_future;

/// Keeps the session in a file that only this user may read. A desktop has a keyring for that.
class SessionFile : public parley::SessionStore {
 public:
  explicit SessionFile(std::filesystem::path path) : path_(std::move(path)) {}

  parley::Result<std::string> load() override {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  parley::Result<void> save(const std::string& session) override {
    using std::filesystem::perms;
    const std::filesystem::path fresh = path_.string() + ".new";
    std::ofstream(fresh).close();
    std::filesystem::permissions(fresh, perms::owner_read | perms::owner_write);
    std::ofstream file(fresh);
    if (!(file << session << std::flush)) return failed("it cannot be written");
    std::filesystem::rename(fresh, path_);  // the old session or the new one, never half of one
    return {};
  }
  parley::Result<void> erase() override {
    std::filesystem::remove(path_);
    return {};
  }

 private:
  static parley::Error failed(std::string what) {
    return {.code = parley::Errc::storage_error, .message = std::move(what)};
  }

  const std::filesystem::path path_;
};

void ask_password(const parley::PasswordReply& reply) {
  std::cerr << "password: ";
  std::string typed;
  std::getline(std::cin, typed);  // a window would answer later
  reply(std::move(typed));
}

int main(int argc, char** argv) try {
  const std::string user = argc > 1 ? argv[1] : "alice";
  const parley::LoginOptions login{.url = "http://127.0.0.1:4000",
                                   .user = user,
                                   .ask_password = ask_password,
                                   .store = std::make_shared<SessionFile>(user + ".session")};
  if (argc > 2) {
    std::promise<parley::Result<void>> done;
    parley::log_out(login, [&done](parley::Result<void> outcome) { done.set_value(std::move(outcome)); });
    done.get_future().get().value();
    return 0;
  }

  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service("ws://127.0.0.1:4010/v3/wsconnect");
  options.tokens = parley::login(login);
  parley::Runtime runtime;
  parley::Client client(runtime, options);
  client.async_connect(use_future).get().value();
  std::cout << "connected as " << client.identity() << std::endl;
  client.async_close(use_future).get().value();
} catch (const std::exception& failure) {
  std::cerr << failure.what() << std::endl;
  return 1;
}
