#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/config/problems.hpp"

/// Turns "this node is wrong" into what a person should change. Inner to this room.
namespace parley::config {

/// Looks at a document and its schema side by side. Both must outlive it; not thread-safe.
///
/// Knows the part of JSON Schema that config.schema.json uses: objects with "required" and a "oneOf" or
/// "anyOf" of keys, lists, "$ref" into "definitions", and "allOf" with "if": a const, "then".
class Explainer {
 public:
  /// `path` stands for the whole document in problems; empty: "the file".
  Explainer(const nlohmann::json& schema, const nlohmann::json& document, std::string path);

  /// Adds what is wrong with one node, given by the names and indexes that lead to it. Nothing is added for a
  /// node that is wrong only in what it holds.
  void explain(const std::vector<std::string>& steps);

  std::size_t count() const { return problems_.size(); }
  /// What was added, each once.
  Problems take() { return std::move(problems_); }

 private:
  using Json = nlohmann::json;
  using Rules = std::vector<const Json*>;

  /// A node and every part of the schema that is about it.
  struct Place {
    const Json* node;
    Rules rules;
    std::string path;
  };

  void add_rules(const Json& rule, const Json& node, Rules& out) const;
  bool enter(Place& place, const std::string& step) const;
  void explain_section(const Place& place);
  void explain_unknown_keys(const Json& rule, const Place& place);
  void explain_missing_keys(const Json& rule, const Place& place);
  void explain_choice(const Json& rule, const char* keyword, const Place& place);
  std::string expected(const Rules& rules) const;
  std::string expected_of_key(const Json& rule, const std::string& key) const;
  void add(std::string key, std::string what);

  const Json& schema_;
  const Json& document_;
  std::string path_;
  Problems problems_;
};

}  // namespace parley::config
