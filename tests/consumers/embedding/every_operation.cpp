// Names every operation of the interface, so that it does not link if one of them is missing in a library.
#include <future>
#include <iostream>
#include <parley/parley.hpp>

namespace {

const auto ignore = [](const auto&) {};

void use(parley::Channel channel) {
  channel.async_send_message("text", ignore);
  channel.async_outgoing_messages(ignore);
  channel.async_retry("id", ignore);
  channel.async_discard("id", ignore);
  channel.async_get_messages({}, ignore);
  channel.async_media_url("sid", ignore);
  channel.async_download({"sid", "path"}, ignore);
  channel.async_invite("bob", ignore);
  channel.async_set_read(1, ignore);
  channel.async_set_all_read(ignore);
  channel.async_set_unread(1, ignore);
  channel.async_leave(ignore);
  channel.async_remove_member("bob", ignore);
  channel.async_delete(ignore);
}

void use(parley::Client& client) {
  const auto events = client.on_event(ignore);
  client.async_flush(std::chrono::seconds(1), ignore);
  client.async_create_group_channel("name", ignore);
  client.async_direct_channel("bob", "", ignore);
  client.async_join_channel("name", ignore);
  client.async_channel("name", ignore);
  client.async_block("bob", ignore);
  client.async_unblock("bob", ignore);
  client.async_blocked(ignore);
  std::cout << client.channels().size() + client.group_channels().size() + client.direct_channels().size()
            << to_string(client.status().state) << client.identity();
  use(client.current_channel());
  client.async_close(ignore);
  client.async_forget(ignore);
}

// This program has no component for the cache.
bool says_what_is_missing(parley::Runtime& runtime, const parley::ClientOptions& options) {
  std::promise<std::string> told;
  parley::Client client(runtime, options);
  const auto events = client.on_event([&](const parley::Event& event) {
    if (const auto* failed = std::get_if<parley::CacheFailed>(&event)) told.set_value(failed->error.message);
  });
  return told.get_future().get().find("parley::cache_sqlite") != std::string::npos;
}

}  // namespace

int main() {
  parley::Runtime runtime;
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::twilio();
  options.endpoint = parley::Endpoint::stream(nullptr);
  options.endpoint = parley::Endpoint::service("ws://127.0.0.1:9/");
  options.tokens = parley::token_endpoint({.url = "http://127.0.0.1:9/", .user = "alice"});
  const parley::LoginOptions login{
      .url = "http://127.0.0.1:9", .user = "alice", .store = parley::memory_session_store()};
  options.tokens = parley::login(login);
  std::promise<void> logged_out;
  parley::log_out(login, [&logged_out](parley::Result<void>) { logged_out.set_value(); });
  logged_out.get_future().wait();
  options.tokens = parley::fixed_token("no token");
  options.cache = parley::CacheOptions::sqlite("cache", "alice");
  if (!says_what_is_missing(runtime, options)) return 1;
  options.cache = {};
  parley::Client client(runtime, options), other(runtime.executor(), options);
  use(client);
  try {
    parley::Result<int>(parley::Error{}).value();
  } catch (const parley::Exception& error) {
    std::cout << error.what() << error.error().retryable() << to_string(error.error().code);
  }
  std::cout << parley::direct_channel_name("a", "b")
            << parley::system_clock().now().time_since_epoch().count();
}
