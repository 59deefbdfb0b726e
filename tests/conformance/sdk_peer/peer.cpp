#include "tests/conformance/sdk_peer/peer.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <istream>
#include <memory>
#include <ostream>
#include <sstream>
#include <utility>

namespace parley::sdk_peer {
namespace {

using boost::asio::use_future;

std::string next_word(std::istream& words) {
  std::string word;
  words >> word;
  return word;
}

std::string rest_of(std::istream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

std::int64_t next_number(std::istream& words) {
  std::int64_t number = -1;
  words >> number;
  return number;
}

/// SIZE [forwards|backwards [at|beyond INDEX]].
GetMessages query_of(std::istream& words) {
  GetMessages query{.page_size = static_cast<std::size_t>(next_number(words))};
  if (next_word(words) == "forwards") query.direction = Direction::forwards;
  const std::string anchor = next_word(words);
  if (!anchor.empty()) query.anchor = Anchor{next_number(words), anchor == "at"};
  return query;
}

/// A completion that replies with the outcome.
auto with(std::function<void(Json)> reply) {
  return [reply = std::move(reply)](const auto& result) { reply(outcome(result)); };
}

}  // namespace

Peer::Peer(Client& client, std::ostream& out) : client_(client), out_(out) {
  events_ = client_.on_event([this](const Event& event) {
    const Json line = describe(event);
    if (!line.is_null()) print(line);
  });
}

void Peer::run(std::istream& in, bool connect_at_once) {
  const std::string later = "later ";
  std::string line;
  if (!connect_at_once || obey("connect")) {
    while (std::getline(in, line))
      line.starts_with(later) ? obey_later(line.substr(later.size())) : void(obey(line));
  }
  client_.async_close(use_future).get();
  events_.reset();
  listener_.reset();
}

bool Peer::obey(const std::string& line) {
  const auto promise = std::make_shared<std::promise<Json>>();  // shared: set_value() may return after get()
  start(line, [promise](const Json& reply) { promise->set_value(reply); });
  const Json reply = promise->get_future().get();
  print(reply);
  return reply["ok"];
}

void Peer::obey_later(const std::string& line) {
  print(success());
  start(line, [this, line](const Json& reply) {
    Json event{{"event", "outcome"}, {"of", line}};
    event.update(reply);
    print(event);
  });
}

void Peer::start(const std::string& line, Reply reply) {
  std::istringstream words(line);
  const std::string command = next_word(words);
  if (start_on_client(command, words, reply)) return;
  const auto channel = find(next_word(words));
  if (!channel) return reply(failure(channel.error()));
  if (!start_on_channel(command, *channel, words, reply)) reply(failure("unknown command " + command));
}

bool Peer::start_on_client(const std::string& command, std::istream& words, const Reply& reply) {
  if (command == "connect") {
    client_.async_connect([this, reply](const Result<void>& connected) {
      reply(connected ? success({{"identity", client_.identity()}}) : failure(connected.error()));
    });
  } else if (command == "create") {
    const std::string name = next_word(words);
    client_.async_create_group_channel({name, rest_of(words)}, with(reply));
  } else if (command == "join") {
    client_.async_join_channel(next_word(words), with(reply));
  } else if (command == "private") {
    const std::string peer = next_word(words);
    client_.async_direct_channel(peer, rest_of(words), with(reply));
  } else if (command == "block") {
    client_.async_block(next_word(words), with(reply));
  } else if (command == "unblock") {
    client_.async_unblock(next_word(words), with(reply));
  } else if (command == "flush") {
    client_.async_flush(std::chrono::milliseconds(next_number(words)), with(reply));
  } else if (command == "forget") {
    client_.async_forget(with(reply));
  } else if (command == "present") {
    tell_present_state(reply);
  } else {
    return false;
  }
  return true;
}

bool Peer::start_on_channel(const std::string& command, const Channel& channel, std::istream& words,
                            const Reply& reply) {
  if (command == "send") {
    channel.async_send_message(rest_of(words), with(reply));
  } else if (command == "invite") {
    channel.async_invite(rest_of(words), with(reply));
  } else if (command == "outgoing") {
    channel.async_outgoing_messages(with(reply));
  } else if (command == "retry") {
    channel.async_retry(next_word(words), with(reply));
  } else if (command == "discard") {
    channel.async_discard(next_word(words), with(reply));
  } else if (command == "read") {
    channel.async_set_all_read(with(reply));
  } else if (command == "read_to") {
    channel.async_set_read(next_number(words), with(reply));
  } else if (command == "unread_from") {
    channel.async_set_unread(next_number(words), with(reply));
  } else if (command == "state") {
    reply(success(describe(*channel.state())));
  } else if (command == "page") {
    read_page(channel, query_of(words), reply);
  } else if (command == "older") {
    read_page(channel, older_, reply);
  } else if (command == "newer") {
    read_page(channel, newer_, reply);
  } else if (command == "files") {
    send_files(channel, words, reply);
  } else if (command == "cancel_file") {
    cancel_file(channel, words, reply);
  } else if (command == "link") {
    channel.async_media_url(next_word(words), with(reply));
  } else if (command == "download") {
    const std::string medium = next_word(words);
    channel.async_download({medium, rest_of(words)}, with(reply));
  } else {
    return false;
  }
  return true;
}

Result<Channel> Peer::find(const std::string& name) {
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  // Those that are listed need no connection.
  for (const Channel& channel : client_.channels())
    if (channel.name() == name || channel.sid() == name) return known_[name] = channel;
  auto found = client_.async_channel(name, use_future).get();
  if (found) known_[name] = *found;
  return found;
}

void Peer::tell_present_state(const Reply& reply) {
  listener_ = client_.on_event([reply, told = false](const Event& event) mutable {
    if (std::exchange(told, true)) return;
    const auto* present = std::get_if<PresentState>(&event);
    reply(present ? success(describe(*present)) : failure("another event was told first"));
  });
}

void Peer::read_page(const Channel& channel, const std::optional<GetMessages>& query, const Reply& reply) {
  if (!query) return reply(failure("there is no such page"));
  channel.async_get_messages(*query, [this, reply](const Result<MessagePage>& page) {
    if (page) {
      older_ = page->older;
      newer_ = page->newer;
    }
    reply(outcome(page));
  });
}

void Peer::send_files(const Channel& channel, std::istream& words, const Reply& reply) {
  NewMessage message(next_word(words));
  if (message.text == "-") message.text.clear();
  const std::string type = next_word(words);
  for (std::string path = next_word(words); !path.empty(); path = next_word(words))
    message.files.push_back(NewFile::from_path(path, type));
  channel.async_send_message(message, with(reply));
}

void Peer::cancel_file(const Channel& channel, std::istream& words, const Reply& reply) {
  const auto stop = std::make_shared<boost::asio::cancellation_signal>();
  NewMessage message("cancelled");
  message.files.push_back(NewFile::from_path(next_word(words)));
  message.on_progress = [stop](const Progress&) { stop->emit(boost::asio::cancellation_type::terminal); };
  channel.async_send_message(message, boost::asio::bind_cancellation_slot(stop->slot(), with(reply)));
}

void Peer::print(const Json& line) {
  const std::lock_guard lock(mutex_);
  out_ << line.dump() << std::endl;
}

}  // namespace parley::sdk_peer
