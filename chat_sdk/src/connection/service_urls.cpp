#include "chat_sdk/src/connection/service_urls.hpp"

#include "common/base/encoding.hpp"

namespace parley::detail {

std::string ServiceUrls::configuration_url() const {
  return "https://aim." + region_ + ".twilio.com/Client/v2/Configuration";
}

std::string ServiceUrls::subscriptions() const {
  return "https://cds." + region_ + ".twilio.com/v4/Subscriptions";
}

std::string ServiceUrls::sync(std::string_view kind, std::string_view name) const {
  return "https://cds." + region_ + ".twilio.com/v3/" + std::string(kind) + "/" + percent_encode(name);
}

std::string ServiceUrls::sync_document(std::string_view name) const { return sync("Documents", name); }
std::string ServiceUrls::sync_map(std::string_view name) const { return sync("Maps", name); }
std::string ServiceUrls::sync_list(std::string_view name) const { return sync("Lists", name); }

std::string ServiceUrls::conversation(std::string_view sid_or_name) const {
  return conversations() + "/" + percent_encode(sid_or_name);
}

std::string ServiceUrls::my_conversation(std::string_view sid_or_name) const {
  return configuration_.my_conversations_url + "/" + percent_encode(sid_or_name);
}

std::string ServiceUrls::participants(std::string_view sid) const {
  return conversation(sid) + "/Participants";
}

std::string ServiceUrls::participant(std::string_view sid, std::string_view identity) const {
  return participants(sid) + "/" + percent_encode(identity);
}

std::string ServiceUrls::messages(std::string_view sid) const { return conversation(sid) + "/Messages"; }

std::string ServiceUrls::blocks() const {
  return configuration_.users_url + "/" + percent_encode(configuration_.identity) + "/Blocks";
}

std::string ServiceUrls::block(std::string_view identity) const {
  return blocks() + "/" + percent_encode(identity);
}

}  // namespace parley::detail
