#include "tests/fuzz/connected_client/script.hpp"

#include <chrono>
#include <utility>

#include "chat_sdk/src/model/checks.hpp"

/// What the user does.
namespace parley::fuzz {

const Script::Steps& Script::steps_of_user() {
  static const Steps steps{
      {"connect", &Script::connect},
      {"close", &Script::close},
      {"send", &Script::send},
      {"sendkey", &Script::send_named},
      {"sendfile", &Script::send_files},
      {"cancel", &Script::cancel},
      {"retry", &Script::retry},
      {"discard", &Script::discard},
      {"outgoing", &Script::outgoing},
      {"flush", &Script::flush},
      {"get", &Script::get},
      {"older", &Script::older},
      {"newer", &Script::newer},
      {"read", &Script::read},
      {"unread", &Script::unread},
      {"readall", &Script::read_all},
      {"create", &Script::create},
      {"direct", &Script::direct},
      {"join", &Script::join},
      {"find", &Script::find},
      {"invite", &Script::invite},
      {"kick", &Script::kick},
      {"leave", &Script::leave},
      {"destroy", &Script::destroy},
      {"block", &Script::block},
      {"unblock", &Script::unblock},
      {"blocked", &Script::blocked},
  };
  return steps;
}

void Script::connect(Words) {
  client_.act([&](detail::Engine& engine) { engine.connection().connect(client_.tracked<void>()); });
}

void Script::close(Words) { client_.close(); }

template <class T, class Operation>
void Script::operate(Operation operation) {
  client_.act([&](detail::Engine& engine) {
    engine.connection().when_usable(
        [&engine, operation, done = client_.tracked<T>()](const Result<void>& usable) {
          usable ? operation(engine.operations(), done) : done(usable.error());
        });
  });
}

// --- messages that are to be sent

void Script::submit(std::string_view channel, NewMessage message) {
  client_.act([&](detail::Engine& engine) {
    const auto id =
        engine.outbox().submit(std::string(channel), std::move(message), client_.tracked<Message>());
    if (!id.empty()) last_message_ = id;
  });
}

// send CHANNEL TEXT
void Script::send(Words words) {
  const auto channel = words.word();
  submit(channel, NewMessage(unescaped(words.rest())));
}

// sendkey CHANNEL KEY TEXT
void Script::send_named(Words words) {
  const auto channel = words.word();
  const std::string key(words.word());
  NewMessage message(unescaped(words.rest()));
  message.key = key;
  submit(channel, std::move(message));
}

// sendfile CHANNEL HOW-MANY TEXT
void Script::send_files(Words words) {
  const auto channel = words.word();
  const auto files = words.number(1, 1, 11);
  NewMessage message(unescaped(words.rest()));
  for (int i = 0; i < files; ++i)
    message.files.push_back(NewFile::from_bytes("bytes", "file.txt", "text/plain"));
  submit(channel, std::move(message));
}

void Script::cancel(Words) {
  client_.act([&](detail::Engine& engine) { engine.outbox().cancel(last_message_); });
}

// Of the last message: retry CHANNEL
void Script::retry(Words words) {
  client_.act([&](detail::Engine& engine) {
    engine.local_operations().retry(std::string(words.word()), last_message_, client_.tracked<Message>());
  });
}

void Script::discard(Words words) {
  client_.act([&](detail::Engine& engine) {
    engine.local_operations().discard(std::string(words.word()), last_message_, client_.tracked<void>());
  });
}

void Script::outgoing(Words words) {
  client_.act([&](detail::Engine& engine) {
    engine.local_operations().outgoing(std::string(words.word()),
                                       client_.tracked<std::vector<OutgoingMessage>>());
  });
}

// flush MILLISECONDS
void Script::flush(Words words) {
  const auto time = std::chrono::milliseconds(words.number(0, 0, 1'000'000));
  client_.act(
      [&](detail::Engine& engine) { engine.local_operations().flush(time, client_.tracked<void>()); });
}

// --- history and read horizon

// get CHANNEL SIZE older|newer [at|beyond INDEX]
void Script::get(Words words) {
  const std::string sid(words.word());
  GetMessages query{.page_size = static_cast<std::size_t>(words.number(30, 0, 101))};
  if (words.word() == "newer") query.direction = Direction::forwards;
  const auto anchor = words.word();
  if (!anchor.empty()) query.anchor = Anchor{words.number(), anchor == "at"};
  get_page(sid, query);
}

void Script::get_page(const std::string& sid, const GetMessages& query) {
  auto done = client_.tracked<MessagePage>([this, sid, query](const Result<MessagePage>& page) {
    if (!page) return;
    Checker::check(*page, query);
    last_channel_ = sid;
    older_ = page->older;
    newer_ = page->newer;
  });
  client_.act(
      [&](detail::Engine& engine) { engine.local_operations().get_messages(sid, query, std::move(done)); });
}

// What adjoins the last page.
void Script::older(Words) {
  if (const auto query = older_) get_page(std::string(last_channel_), *query);
}

void Script::newer(Words) {
  if (const auto query = newer_) get_page(std::string(last_channel_), *query);
}

// read CHANNEL INDEX
void Script::read(Words words) {
  const std::string sid(words.word());
  client_.act([&](detail::Engine& engine) {
    engine.local_operations().set_read(sid, words.number(), client_.tracked<Unread>());
  });
}

// unread CHANNEL INDEX
void Script::unread(Words words) {
  const std::string sid(words.word());
  client_.act([&](detail::Engine& engine) {
    engine.local_operations().set_unread(sid, words.number(), client_.tracked<Unread>());
  });
}

// readall CHANNEL
void Script::read_all(Words words) {
  client_.act([&](detail::Engine& engine) {
    engine.local_operations().set_all_read(std::string(words.word()), client_.tracked<Unread>());
  });
}

// --- channels and members

void Script::create(Words words) {
  operate<Channel>([name = std::string(words.rest())](detail::Operations& all, auto done) {
    NewGroupChannel channel;
    channel.name = name;
    all.create_group_channel(channel, std::move(done));
  });
}

void Script::direct(Words words) {
  operate<Channel>([peer = std::string(words.rest())](detail::Operations& all, auto done) {
    all.direct_channel(peer, "", std::move(done));
  });
}

void Script::join(Words words) {
  operate<Channel>([name = std::string(words.rest())](detail::Operations& all, auto done) {
    all.join_channel(name, std::move(done));
  });
}

void Script::find(Words words) {
  operate<Channel>([name = std::string(words.rest())](detail::Operations& all, auto done) {
    all.find_channel(name, std::move(done));
  });
}

// invite CHANNEL IDENTITY
void Script::invite(Words words) {
  const std::string sid(words.word());
  operate<Member>([sid, identity = std::string(words.rest())](detail::Operations& all, auto done) {
    all.invite(sid, identity, std::move(done));
  });
}

void Script::kick(Words words) {
  const std::string sid(words.word());
  operate<void>([sid, identity = std::string(words.rest())](detail::Operations& all, auto done) {
    all.remove_member(sid, identity, std::move(done));
  });
}

void Script::leave(Words words) {
  operate<void>([sid = std::string(words.word())](detail::Operations& all, auto done) {
    all.leave(sid, std::move(done));
  });
}

void Script::destroy(Words words) {
  operate<void>([sid = std::string(words.word())](detail::Operations& all, auto done) {
    all.destroy(sid, std::move(done));
  });
}

void Script::block(Words words) {
  operate<void>([identity = std::string(words.rest())](detail::Operations& all, auto done) {
    all.block(identity, std::move(done));
  });
}

void Script::unblock(Words words) {
  operate<void>([identity = std::string(words.rest())](detail::Operations& all, auto done) {
    all.unblock(identity, std::move(done));
  });
}

void Script::blocked(Words) {
  operate<std::vector<std::string>>([](detail::Operations& all, auto done) { all.blocked(std::move(done)); });
}

}  // namespace parley::fuzz
