#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/connected_client/client.hpp"
#include "tests/fuzz/connected_client/words.hpp"

namespace parley::fuzz {

/// An input as a play: one step a line, its first word says which. A line that means nothing is passed over.
/// The tables in script.cpp and script_user.cpp list the steps. Lines that begin with "with" or "kept" come
/// first: they say how the client is made and what its cache has.
class Script {
 public:
  /// Runs an input from the making of a client to its end.
  static void run(std::string_view input);

 private:
  using Step = void (Script::*)(Words);
  using Steps = std::map<std::string_view, Step>;

  struct Setup {
    detail::ModelSettings model{};
    Disk disk{};
    bool bare = false;  ///< nobody connects and serves by itself
    void take(std::string_view kind, Words words);
    void keep_message(const std::string& channel, Words words);
  };

  explicit Script(Setup setup);
  void play(std::string_view line);
  static const Steps& steps_of_world();
  static const Steps& steps_of_user();

  // Of the service and the world.
  void hold(Words words);
  void serve(Words words);
  void serve_all(Words words);
  void pick(Words words);
  void reply(Words words);
  void refuse(Words words);
  void header(Words words);
  void answer_later(Words words);
  void raw(Words words);
  void packet(Words words);
  void note(Words words);
  void event(Words words);
  void replay(Words words);
  void outcome(Words words);
  void lost(Words words);
  void network(Words words);
  void tick(Words words);
  void jump(Words words);
  void token(Words words);
  void uploaded(Words words);
  void disk(Words words);
  void rows(Words words);

  // Of the user.
  void connect(Words words);
  void close(Words words);
  void send(Words words);
  void send_named(Words words);
  void send_files(Words words);
  void cancel(Words words);
  void retry(Words words);
  void discard(Words words);
  void outgoing(Words words);
  void flush(Words words);
  void get(Words words);
  void older(Words words);
  void newer(Words words);
  void read(Words words);
  void unread(Words words);
  void read_all(Words words);
  void create(Words words);
  void direct(Words words);
  void join(Words words);
  void find(Words words);
  void invite(Words words);
  void kick(Words words);
  void leave(Words words);
  void destroy(Words words);
  void block(Words words);
  void unblock(Words words);
  void blocked(Words words);

  std::optional<sync::Event> read_event(Words words);
  void submit(std::string_view channel, NewMessage message);
  void get_page(const std::string& sid, const GetMessages& query);
  /// As the client's runtime does it: an operation begins when the client is usable.
  template <class T, class Operation>
  void operate(Operation operation);

  Client client_;
  std::string last_message_;  ///< the local id of the last one that was given
  std::string last_channel_;  ///< of the last page
  std::optional<GetMessages> older_, newer_;
};

}  // namespace parley::fuzz
