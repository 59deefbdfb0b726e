#pragma once

/// Everything of the SDK's public interface, except parley/json.hpp.
#include <parley/client.hpp>
#include <parley/event_pump.hpp>
#include <parley/login.hpp>
#include <parley/version.hpp>
