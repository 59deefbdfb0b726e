#include "demo_app/src/tour/steps.hpp"

#include <algorithm>

#include "common/protocol/token/verifier.hpp"

namespace parley::demo {
namespace {

using boost::asio::use_future;

using Texts = std::vector<std::string>;

const Texts kFirstFive{"one", "two", "three", "four", "five"};

std::string fetch_token(World& world, const std::string& user) {
  std::promise<Result<std::string>> fetched;
  token_endpoint({.url = world.embedded->token_url(), .user = user})(
      world.runtime.executor(), [&](Result<std::string> token) { fetched.set_value(std::move(token)); });
  return fetched.get_future().get().value();
}

std::string tokens_from_the_server(World& world) {
  const token::KeyRing keys(world.embedded->key());
  const token::VerifyPolicy policy{.service_sids = {world.embedded->service_sid()}};
  for (const char* user : {"alice", "bob", "carol"}) {
    const auto claims =
        token::verify(fetch_token(world, user), keys, policy, system_clock().wall_now()).value();
    expect(claims.identity == user, "the token names " + claims.identity);
  }
  return "three tokens over HTTP, each signed for its own identity";
}

std::string everybody_connects(World& world) {
  const std::pair<const char*, std::unique_ptr<Person>*> people[] = {
      {"alice", &world.alice}, {"bob", &world.bob}, {"carol", &world.carol}};
  for (const auto& [name, person] : people) {
    *person = std::make_unique<Person>(world.runtime, name, world.options_for(name));
    (*person)->connect();
    expect((*person)->client().identity() == name, "connected as somebody else");
  }
  return "alice, bob and carol are connected";
}

std::string group_channel(World& world) {
  world.general_of_alice = wait_for(
      world.alice->client().async_create_group_channel({"general", "Everybody's channel"}, use_future));
  world.general_of_bob = wait_for(world.bob->client().async_join_channel("general", use_future));
  world.general_of_carol = wait_for(world.carol->client().async_join_channel("general", use_future));
  world.alice->until("three members",
                     [&](const auto&) { return world.general_of_alice.state()->members->size() == 3; });
  return "alice created general, bob and carol joined it by name, alice sees three members";
}

std::string live_messages(World& world) {
  for (const auto& text : kFirstFive) wait_for(world.general_of_alice.async_send_message({text}, use_future));
  world.bob->until("five messages", [&](const auto& heard) {
    return texts_in(heard, world.general_of_bob).size() >= kFirstFive.size();
  });
  expect(world.bob->texts(world.general_of_bob) == kFirstFive, "bob received something else");
  return "bob received all five live, in order, once";
}

std::string unread_count(World& world) {
  const auto before = world.general_of_bob.unread();
  expect(before.count == 5 && before.exact, "bob's unread count is " + std::to_string(before.count));
  const auto after = wait_for(world.general_of_bob.async_set_all_read(use_future));
  expect(after.count == 0, "after reading it is " + std::to_string(after.count));
  world.alice->until("bob's read horizon", [](const auto& heard) {
    return std::any_of(heard.begin(), heard.end(), [](const Event& event) {
      const auto* updated = std::get_if<MemberUpdated>(&event);
      return updated && updated->member.identity == "bob" && updated->member.last_read_index == 4;
    });
  });
  return "unread 5, read, unread 0; alice sees bob's horizon at message 4";
}

std::vector<std::size_t> page_backwards(const Channel& channel, Texts& texts) {
  std::vector<std::size_t> sizes;
  for (std::optional<GetMessages> query = GetMessages{.page_size = 2}; query;) {
    const auto page = wait_for(channel.async_get_messages(*query, use_future));
    sizes.push_back(page.messages.size());
    for (auto at = page.messages.rbegin(); at != page.messages.rend(); ++at)
      texts.insert(texts.begin(), at->text);
    query = page.older;
  }
  return sizes;
}

std::string history(World& world) {
  Texts texts;
  const auto sizes = page_backwards(world.general_of_bob, texts);
  expect(sizes == std::vector<std::size_t>({2, 2, 1}), "the pages have other sizes");
  expect(texts == kFirstFive, "the pages hold something else");
  const auto forwards = wait_for(world.general_of_bob.async_get_messages(
      {.page_size = 2, .anchor = Anchor::beyond(1), .direction = Direction::forwards}, use_future));
  expect(forwards.messages.size() == 2 && forwards.messages.front().text == "three",
         "wrong page behind index 1");
  expect(forwards.newer.has_value() && forwards.older.has_value(), "the page does not know its neighbours");
  return "backwards in pages of 2/2/1, forwards behind message 1: three, four";
}

std::string direct_channel(World& world) {
  const auto of_alice =
      wait_for(world.alice->client().async_direct_channel("carol", "alice and carol", use_future));
  world.carol->until("the invitation",
                     [&](const auto&) { return world.carol->client().direct_channels().size() == 1; });
  const auto of_carol = wait_for(world.carol->client().async_direct_channel("alice", "", use_future));
  expect(of_carol.sid() == of_alice.sid(), "two different channels");
  expect(world.carol->client().group_channels().size() == 1, "carol does not see one group channel");
  expect(world.carol->client().direct_channels().size() == 1, "carol does not see one 1x1 channel");
  return "both sides have the same 1x1 channel; carol's list: one group, one private";
}

std::string cut_and_replay(World& world) {
  world.cut_cable();
  world.bob->until("the cut", [&](const auto&) {
    return world.bob->client().status().state != ConnectionState::connected;
  });
  for (const char* text : {"six", "seven", "eight"})
    wait_for(world.general_of_alice.async_send_message({text}, use_future));
  expect(world.bob->texts(world.general_of_bob).size() == 5, "bob heard something through a cut cable");
  world.mend_cable();
  world.bob->until("the missed messages",
                   [&](const auto& heard) { return texts_in(heard, world.general_of_bob).size() >= 8; });
  Texts all = kFirstFive;
  all.insert(all.end(), {"six", "seven", "eight"});
  expect(world.bob->texts(world.general_of_bob) == all, "bob received something else");
  expect(world.bob->disconnects() == 1, "not exactly one cut");
  return "cut while alice sent three; after the reconnect bob has exactly those, once, in order";
}

std::string token_refresh(World& world) {
  constexpr std::chrono::seconds kLife{3};
  const auto tokens =
      LocalTokenServer::start(world.runtime, world.embedded->key(), world.embedded->service_sid(), kLife);
  ClientOptions options = world.options_for("dave");
  options.tokens = token_endpoint({.url = tokens.value()->url(), .user = "dave"});
  Person dave(world.runtime, "dave", std::move(options));
  dave.connect();
  const auto expiry = std::chrono::steady_clock::now() + kLife;
  const auto general = wait_for(dave.client().async_join_channel("general", use_future));
  dave.until("a refresh behind the end of the first token", [&](const auto& heard) {
    return std::chrono::steady_clock::now() > expiry && std::holds_alternative<TokenRefreshed>(heard.back());
  });
  wait_for(general.async_send_message({"still here"}, use_future));
  expect(dave.disconnects() == 0, "the connection was lost");
  return "3 s tokens were renewed on one live connection, which outlived the first of them";
}

/// A clock that goes wrong by an hour, so that the client itself takes an expired token for a good one.
class LateClock final : public Clock {
 public:
  TimePoint now() const override { return system_clock().now(); }
  WallTime wall_now() const override { return system_clock().wall_now() - std::chrono::hours(1); }
};

Error refusal(World& world, const token::ApiKey& key, WallTime minted, const Clock& clock) {
  const token::TokenSpec spec{.identity = "mallory",
                              .ttl = std::chrono::minutes(30),
                              .grants = {token::ChatGrant{.service_sid = world.embedded->service_sid()}}};
  ClientOptions options = world.options_for("mallory");
  options.tokens = fixed_token(token::mint(key, spec, minted).value());
  options.seams.clock = &clock;
  Person mallory(world.runtime, "mallory", std::move(options));
  auto connected = mallory.client().async_connect(use_future);
  if (connected.wait_for(kPatience) != std::future_status::ready)
    throw StepFailed("nobody refused the token");
  const auto outcome = connected.get();
  if (outcome) throw StepFailed("the token was accepted");
  return outcome.error();
}

std::string refused_tokens(World& world) {
  const LateClock late;
  const auto now = system_clock().wall_now();
  const Error expired = refusal(world, world.embedded->key(), now - std::chrono::hours(1), late);
  expect(expired.server_code == 20104, "expired, but refused with " + expired.to_string());
  token::ApiKey stolen = world.embedded->key();
  stolen.secret = "guessed" + stolen.secret;
  const Error forged = refusal(world, stolen, now, system_clock());
  expect(forged.server_code == 20107, "forged, but refused with " + forged.to_string());
  return "expired: \"" + expired.server_text + "\"; forged: \"" + forged.server_text + "\"";
}

constexpr Step kSteps[] = {
    {"tokens", tokens_from_the_server}, {"connect", everybody_connects},     {"group channel", group_channel},
    {"live messages", live_messages},   {"unread count", unread_count},      {"history", history},
    {"1x1 channel", direct_channel},    {"lost connection", cut_and_replay}, {"token refresh", token_refresh},
    {"refused tokens", refused_tokens},
};

}  // namespace

std::span<const Step> tour_steps() { return kSteps; }

}  // namespace parley::demo
