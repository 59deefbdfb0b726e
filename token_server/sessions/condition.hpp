#pragma once
#include <atomic>
#include <functional>
#include <parley/error.hpp>
#include <string>
#include <utility>

namespace parley::token_server {

/// Whether something works, by how it went the last time. Each change is told once, in words.
///
/// Thread rule: note() from one thread at a time, works() from any. `tell` may be empty; it is called inside
/// note().
class Condition {
 public:
  using Tell = std::function<void(const std::string&)>;

  Condition(std::string what, Tell tell) : what_(std::move(what)), tell_(std::move(tell)) {}

  void note(const Result<void>& outcome) {
    const bool changed = works_.exchange(outcome.has_value()) != outcome.has_value();
    if (!changed || !tell_) return;
    tell_(what_ + (outcome ? " works again" : " fails: " + outcome.error().message));
  }
  bool works() const { return works_; }

 private:
  const std::string what_;
  const Tell tell_;
  std::atomic<bool> works_ = true;
};

}  // namespace parley::token_server
