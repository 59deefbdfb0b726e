#include <openssl/ssl.h>

#include <algorithm>
#include <iostream>

#include "bench/noisy_neighbour/attacker.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t kBodyBytes = 1000 * 1000;
constexpr std::size_t kHeaderBytes = 60 * 1000;
constexpr int kReceivers = 500;
constexpr int kSlowReceivers = 50;
constexpr int kHandshakes = 64;
const std::string kAttacker = "mallory";

std::string conversation_path(const std::string& sid) { return service_path() + "/Conversations/" + sid; }

// Members that differ in name, as short as they can be.
std::string distinct_members(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
  return text;
}

// The script waits for it: before it come conversations and crowds, as slowly as the throttle lets them.
void say_that_it_begins() { std::cout << "attacking" << std::endl; }

[[noreturn]] void keep_asking(Loop& loop, std::uint16_t port, std::string_view method, const std::string& path,
                              const std::string& body) {
  Attacker attacker(loop, port, kAttacker);
  say_that_it_begins();
  while (true) {
    while (attacker.may_ask()) attacker.ask(method, path, body);
    loop.poll(1);
  }
}

[[noreturn]] void many_members(Loop& loop, std::uint16_t port) {
  keep_asking(loop, port, "POST", service_path() + "/Conversations", "{" + distinct_members(kBodyBytes) + "}");
}

[[noreturn]] void long_arrays(Loop& loop, std::uint16_t port) {
  std::string body = R"({"body":"x","media_sids":["")";
  while (body.size() < kBodyBytes) body += ",\"\"";
  Attacker attacker(loop, port, kAttacker);
  const auto path = conversation_path(attacker.make_conversation()) + "/Messages";
  keep_asking(loop, port, "POST", path, body + "]}");
}

// What anybody can send who has no token: a packet before `init`.
class Stranger final : public Wire {
 public:
  using Wire::Wire;
  bool is_gone() const { return gone_; }

 private:
  std::size_t on_bytes(std::string_view bytes) override { return bytes.size(); }
  void on_ended() override { gone_ = true; }

  bool gone_ = false;
};

// `count` connections at a time that say `words` and stay until they are closed.
[[noreturn]] void keep_connecting(Loop& loop, std::uint16_t port, int count, const std::string& words) {
  std::vector<std::unique_ptr<Stranger>> strangers(static_cast<std::size_t>(count));
  say_that_it_begins();
  while (true) {
    for (auto& stranger : strangers) {
      if (stranger && !stranger->is_gone()) continue;
      stranger.reset();
      stranger = std::make_unique<Stranger>(loop, port);
      stranger->send(words);
    }
    loop.poll(1);
  }
}

[[noreturn]] void many_header_members(Loop& loop, std::uint16_t port) {
  const std::string header = R"({"id":"x","method":"init",)" + distinct_members(kHeaderBytes) + "}";
  keep_connecting(loop, port, kHandshakes, upgrade_words() + framed_packet(header));
}

// A ClientHello costs its sender nothing, since it is always the same; the server makes a key and a signature for each.
std::string client_hello() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  BIO* written = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), written);
  SSL_connect(ssl);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(written, &bytes);
  std::string hello(bytes, static_cast<std::size_t>(size));
  SSL_free(ssl);
  SSL_CTX_free(context);
  return hello;
}

// Closes each connection as soon as the server has answered, and begins the next one.
class Handshake final : public Wire {
 public:
  using Wire::Wire;
  bool is_over() const { return over_; }

 private:
  std::size_t on_bytes(std::string_view bytes) override { return over_ = true, bytes.size(); }
  void on_ended() override { over_ = true; }

  bool over_ = false;
};

[[noreturn]] void handshakes(Loop& loop, std::uint16_t port) {
  const auto hello = client_hello();
  std::vector<std::unique_ptr<Handshake>> running(kHandshakes);
  say_that_it_begins();
  while (true) {
    for (auto& handshake : running) {
      if (handshake && !handshake->is_over()) continue;
      handshake.reset();
      handshake = std::make_unique<Handshake>(loop, port);
      handshake->send(hello);
    }
    loop.poll(1);
  }
}

// Receivers of one conversation, all watching its messages.
std::vector<std::unique_ptr<ChatClient>> crowd(Loop& loop, std::uint16_t port, Attacker& attacker,
                                               const std::string& sid, int size) {
  std::vector<std::unique_ptr<ChatClient>> receivers;
  for (int i = 0; i < size; ++i) {
    const std::string name = "crowd" + std::to_string(i);
    while (attacker.ask_and_wait("POST", conversation_path(sid) + "/Participants", R"({"identity":")" + name + R"("})")
               .empty()) {
    }
    receivers.push_back(std::make_unique<ChatClient>(loop, port, name));
    receivers.back()->await_ready();
    receivers.back()->log_in();
    loop.run_until([&] { return receivers.back()->logged_in(); }, "a receiver");
  }
  return receivers;
}

[[noreturn]] void keep_sending(Loop& loop, Attacker& attacker, const std::string& sid, const std::string& body) {
  say_that_it_begins();
  while (true) {
    while (attacker.may_ask()) attacker.ask("POST", conversation_path(sid) + "/Messages", body);
    loop.poll(1);
  }
}

[[noreturn]] void fan_out(Loop& loop, std::uint16_t port) {
  Attacker attacker(loop, port, kAttacker);
  const auto sid = attacker.make_conversation();
  const auto receivers = crowd(loop, port, attacker, sid, kReceivers);
  keep_sending(loop, attacker, sid, R"({"body":"x"})");
}

// The receivers are in no loop any more: nobody reads what they are sent.
[[noreturn]] void slow_reads(Loop& loop, std::uint16_t port) {
  Loop asleep;
  Attacker attacker(loop, port, kAttacker);
  const auto sid = attacker.make_conversation();
  const auto receivers = crowd(asleep, port, attacker, sid, kSlowReceivers);
  keep_sending(loop, attacker, sid, R"({"body":")" + std::string(30'000, 'x') + R"("})");
}

[[noreturn]] void pings(Loop& loop, std::uint16_t port) {
  Attacker attacker(loop, port, kAttacker);
  say_that_it_begins();
  while (true) {
    for (int i = 0; i < 100 && attacker.may_ask(); ++i)
      attacker.send_packet(R"({"id":"p","method":"ping","payload_size":0})");
    loop.poll(1);
  }
}

[[noreturn]] void subscriptions(Loop& loop, std::uint16_t port) {
  Attacker attacker(loop, port, kAttacker);
  const auto sid = attacker.make_conversation();
  std::string body =
      R"({"event_protocol_version":4,"action":"establish","correlation_id":1,"retried_requests":0,"ttl_in_s":-1,"requests":[)";
  for (int i = 0; i < 1000; ++i)
    body += (i ? "," : "") + (R"({"object_sid":")" + sid + R"(.messages","object_type":"list","last_event_id":0})");
  keep_asking(loop, port, "POST", "/v4/Subscriptions", body + "]}");
}

[[noreturn]] void media_sets(Loop& loop, std::uint16_t port) {
  std::string body = R"({"command":"get","list":[)";
  for (int i = 0; i < 1000; ++i)
    body += std::string(i ? "," : "") + R"({"media_sid":"ME00000000000000000000000000000000"})";
  body += "]}";
  const auto request = [&](const std::string& connection) {
    return "POST /v1/Services/" + std::string(kServiceSid) +
           "/MediaSet HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: " + connection +
           "\r\nX-Twilio-Token: " + token_for(kAttacker) + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  };
  const auto kept = request("keep-alive");
  keep_connecting(loop, port, kHandshakes, kept + kept + kept + request("close"));
}

// The long conversation is there before the attack (prepare); after it come as many short ones as the throttle lets.
[[noreturn]] void deletes(Loop& loop, std::uint16_t port) {
  Attacker attacker(loop, port, kAttacker);
  say_that_it_begins();
  attacker.ask_and_wait("DELETE", conversation_path("long"), "");
  while (true) {
    const auto sid = attacker.make_conversation();
    for (int i = 0; i < 200; ++i) attacker.ask_and_wait("POST", conversation_path(sid) + "/Messages", R"({"body":"x"})");
    attacker.ask_and_wait("DELETE", conversation_path(sid), "");
  }
}

struct Mode {
  const char* name;
  void (*run)(Loop&, std::uint16_t);
};

constexpr Mode kModes[] = {
    {"many_members", many_members}, {"header_members", many_header_members}, {"long_arrays", long_arrays},
    {"fan_out", fan_out},           {"handshakes", handshakes},              {"slow_reads", slow_reads},
    {"pings", pings},               {"subscriptions", subscriptions},        {"media_sets", media_sets},
    {"deletes", deletes},
};

}  // namespace

void attack(const std::string& mode, std::uint16_t port) {
  Loop loop;
  const auto found = std::find_if(std::begin(kModes), std::end(kModes), [&](const Mode& m) { return m.name == mode; });
  if (found == std::end(kModes)) fail("no mode " + mode);
  found->run(loop, port);
}

std::vector<std::string> attack_modes() {
  std::vector<std::string> names;
  for (const auto& mode : kModes) names.emplace_back(mode.name);
  return names;
}

}  // namespace parley::bench
