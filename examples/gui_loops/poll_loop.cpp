// poll_loop URL TOKEN: enters the channel "lobby", sends each line of standard input and prints what is said
// there. One thread and poll(2): every handler runs inside of pump.poll(). Ends when the input has ended and
// all of it was heard.
#include <poll.h>
#include <unistd.h>

#include <iostream>
#include <parley/parley.hpp>

namespace {

class Chat {
 public:
  Chat(const char* url, const char* token) : client_(runtime_, options(url, token)) {
    events_ = client_.on_event([this](const parley::Event& event) { on_event(event); });
    client_.async_connect([this](const parley::Result<void>& connected) {
      if (!connected) return fail(connected.error());
      client_.async_join_channel("lobby", [this](const parley::Result<parley::Channel>& joined) {
        if (joined || joined.error().code != parley::Errc::not_found) return enter(joined);
        client_.async_create_group_channel("lobby", [this](const auto& created) { enter(created); });
      });
    });
  }

  int run() {
    pollfd loop{pump_.fd(), POLLIN, 0}, input{STDIN_FILENO, POLLIN, 0};
    while (!ended_) {
      pollfd both[] = {loop, input};
      const bool reads = channel_ && !input_ended_;
      if (::poll(both, reads ? 2 : 1, -1) < 0) continue;  // a signal
      pump_.poll();
      if (reads && both[1].revents != 0) read_input();
    }
    return exit_code_;
  }

 private:
  parley::ClientOptions options(const char* url, const char* token) {
    parley::ClientOptions options;
    options.endpoint = parley::Endpoint::service(url);
    options.tokens = parley::fixed_token(token);  // a real program: parley::token_endpoint({...})
    options.callbacks = pump_.executor();
    return options;
  }

  void enter(const parley::Result<parley::Channel>& channel) {
    if (!channel) return fail(channel.error());
    channel_ = *channel;
  }

  void read_input() {
    char bytes[4096];
    const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) {
      input_ended_ = true;
      return end_if_all_was_heard();
    }
    line_.append(bytes, static_cast<std::size_t>(count));
    for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
      send(line_.substr(0, end));
      line_.erase(0, end + 1);
    }
  }

  void send(const std::string& text) {
    if (text.empty()) return;
    ++unheard_;
    channel_->async_send_message(text, [this](const parley::Result<parley::Message>& sent) {
      if (!sent) fail(sent.error());
    });
  }

  void on_event(const parley::Event& event) {
    const auto* added = std::get_if<parley::MessageAdded>(&event);
    if (!added) return;
    std::cout << added->message.author << ": " << added->message.text << std::endl;
    if (added->message.author != client_.identity()) return;
    --unheard_;
    end_if_all_was_heard();
  }

  void end_if_all_was_heard() {
    if (!input_ended_ || unheard_ > 0) return;
    client_.async_close([this](const parley::Result<void>&) { ended_ = true; });
  }

  void fail(const parley::Error& error) {
    std::cerr << error.to_string() << std::endl;
    exit_code_ = 1;
    ended_ = true;
  }

  parley::Runtime runtime_;
  parley::EventPump pump_;
  parley::Client client_;
  parley::Subscription events_;
  std::optional<parley::Channel> channel_;
  std::string line_;
  int unheard_ = 0, exit_code_ = 0;
  bool input_ended_ = false, ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: poll_loop URL TOKEN" << std::endl;
    return 2;
  }
  return Chat(argv[1], argv[2]).run();
}
