#include "common/config/validate.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "common/base/json.hpp"
#include "common/config/explainer.hpp"
#include "common/config/schema_text.hpp"

namespace parley::config {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using valijson::ValidationResults;
using valijson::adapters::NlohmannJsonAdapter;

// Regular expressions of the standard library recurse once per character.
constexpr std::size_t kTextBytes = 2048;
// The validator compares each entry with each other one where none may be there twice.
constexpr std::size_t kListItems = 1000;
constexpr std::size_t kKeys = 10'000;
// Who has more to mend mends these first.
constexpr std::size_t kProblems = 100;

/// A schema as text for explanations and compiled for the validator.
struct Rulebook {
  explicit Rulebook(json schema) : text(std::move(schema)) {
    valijson::SchemaParser().populateSchema(NlohmannJsonAdapter(text), compiled);
  }
  const json text;
  valijson::Schema compiled;
};

const Rulebook& rules_of_configurations() {
  static const Rulebook rules(json::parse(schema_text()));
  return rules;
}

const Rulebook& rules_of_key_lists() {
  static const Rulebook rules([] {
    const json& whole = rules_of_configurations().text;
    return json{{"definitions", whole["definitions"]},
                {"type", "array"},
                {"errorMessage", "a list of objects with name and sha256"},
                {"items", {{"$ref", "#/definitions/backend_key"}}}};
  }());
  return rules;
}

/// Texts and lists on which the validator would take too long.
void find_large_parts(const json& node, const std::string& path, std::size_t items, Problems& problems) {
  if (node.is_string() && node.get_ref<const std::string&>().size() > kTextBytes)
    problems.push_back({path, "expected at most 2048 bytes"});
  if (node.is_array() && node.size() > items)
    return problems.push_back({path, "expected at most " + std::to_string(items) + " entries"});
  if (node.is_object())
    for (const auto& [key, value] : node.items())
      find_large_parts(value, join_path(path, key), kListItems, problems);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i)
      find_large_parts(node[i], path + "[" + std::to_string(i) + "]", kListItems, problems);
}

// The validator writes "<root>", "[name]" and "[0]".
std::vector<std::string> steps_of(const ValidationResults::Error& error) {
  std::vector<std::string> steps;
  for (const auto& step : error.context)
    if (step.size() > 2 && step.front() == '[') steps.push_back(step.substr(1, step.size() - 2));
  return steps;
}

Problems check(const Rulebook& rules, const json& document, const std::string& path) {
  Problems problems;
  find_large_parts(document, path, kKeys, problems);
  if (!problems.empty()) return problems;

  ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(rules.compiled, NlohmannJsonAdapter(document), &results)) return {};
  Explainer explainer(rules.text, document, path);
  for (const auto& error : results)
    if (explainer.count() < kProblems) explainer.explain(steps_of(error));
  problems = explainer.take();
  if (problems.empty())
    problems.push_back({path.empty() ? "the file" : path, "expected what config.schema.json allows"});
  return problems;
}

// The validator reads the kind of JSON that sorts its members.
json sorted(const ordered_json& document) { return json::parse(parley::json::dump(document)); }

}  // namespace

Problems validate(const ordered_json& document) {
  return check(rules_of_configurations(), sorted(document), "");
}

Problems validate_keys(const ordered_json& list, const std::string& path) {
  return check(rules_of_key_lists(), sorted(list), path);
}

}  // namespace parley::config
