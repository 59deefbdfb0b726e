#pragma once
#include <memory>
#include <string>

#include <parley/parley.hpp>

#include "common/net/relay.hpp"
#include "demo_app/src/embedded.hpp"
#include "demo_app/src/tour/person.hpp"

namespace parley::demo {

/// What the steps of the tour share. Each step uses what the ones before it made.
struct World {
  World();
  ~World();

  ClientOptions options_for(const std::string& user) const;
  /// A cable for bob that can be cut.
  void cut_cable();
  void mend_cable();

  Runtime runtime;
  std::unique_ptr<Embedded> embedded;
  std::unique_ptr<net::Relay> cable;
  std::string cable_url;
  std::unique_ptr<Person> alice, bob, carol;
  Channel general_of_alice, general_of_bob, general_of_carol;
};

}  // namespace parley::demo
