#include "common/config/validate.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "common/config/schema_text.hpp"

namespace parley::config {
namespace {

using nlohmann::json;
using valijson::ValidationResults;
using valijson::adapters::NlohmannJsonAdapter;

// Regular expressions of the standard library recurse once per character.
constexpr std::size_t kTextBytes = 2048;

const json& schema_json() {
  static const json schema = json::parse(schema_text());
  return schema;
}

const valijson::Schema& compiled_schema() {
  static const auto schema = [] {
    auto made = std::make_unique<valijson::Schema>();
    valijson::SchemaParser().populateSchema(NlohmannJsonAdapter(schema_json()), *made);
    return made;
  }();
  return *schema;
}

/// Turns "this node is wrong" into what a person should change.
class Explainer {
 public:
  explicit Explainer(const json& document) : document_(document) {}

  void explain(const ValidationResults::Error& error) {
    const json* schema = &schema_json();
    const json* node = &document_;
    std::string path;
    for (const auto& step : error.context) {
      const auto key = key_of(step);
      if (key.empty()) continue;
      if (!node->is_object() || !node->contains(key) || !(*schema)["properties"].contains(key)) break;
      schema = &(*schema)["properties"][key];
      node = &(*node)[key];
      path = join_path(path, key);
    }
    explain_node(*schema, *node, path);
  }

  Problems take() { return std::move(problems_); }

 private:
  // The validator writes "<root>" and "[name]".
  static std::string key_of(const std::string& step) {
    return step.size() > 2 && step.front() == '[' ? step.substr(1, step.size() - 2) : std::string();
  }

  static std::string expected(const json& schema) {
    return "expected " + schema.value("errorMessage", "another value");
  }

  void explain_node(const json& schema, const json& node, const std::string& path) {
    const bool is_section = schema.value("type", "") == "object" && node.is_object();
    if (!is_section) return add(path.empty() ? "the file" : path, expected(schema));
    explain_unknown_keys(schema, node, path);
    explain_missing_keys(schema, node, path);
    explain_choice(schema, node, path);
  }

  void explain_unknown_keys(const json& schema, const json& node, const std::string& path) {
    const json& known = schema["properties"];
    std::string names;
    for (const auto& [name, rule] : known.items())
      if (name != "$schema") names += (names.empty() ? "" : ", ") + name;
    for (const auto& [key, value] : node.items())
      if (!known.contains(key)) add(join_path(path, key), "unknown key; expected one of " + names);
  }

  void explain_missing_keys(const json& schema, const json& node, const std::string& path) {
    for (const auto& name : schema.value("required", json::array())) {
      const auto key = name.get<std::string>();
      if (!node.contains(key))
        add(join_path(path, key), expected(schema["properties"][key]) + ", but it is missing");
    }
  }

  // "oneOf" here always means: exactly one of these keys.
  void explain_choice(const json& schema, const json& node, const std::string& path) {
    std::string names;
    std::string first;
    int present = 0;
    for (const auto& choice : schema.value("oneOf", json::array())) {
      const auto key = choice["required"][0].get<std::string>();
      if (first.empty()) first = key;
      names += (names.empty() ? "" : " or ") + key;
      present += node.contains(key) ? 1 : 0;
    }
    if (first.empty() || present == 1) return;
    add(join_path(path, first),
        present == 0 ? "expected " + names + ", but both are missing" : "expected " + names + ", not both");
  }

  void add(std::string key, std::string what) {
    Problem problem{std::move(key), std::move(what)};
    if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end())
      problems_.push_back(std::move(problem));
  }

  const json& document_;
  Problems problems_;
};

void find_long_texts(const json& node, const std::string& path, Problems& problems) {
  if (node.is_string() && node.get_ref<const std::string&>().size() > kTextBytes)
    problems.push_back({path, "expected at most 2048 bytes"});
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) find_long_texts(value, join_path(path, key), problems);
}

}  // namespace

Problems validate(const json& document) {
  Problems problems;
  find_long_texts(document, "", problems);
  if (!problems.empty()) return problems;

  ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(compiled_schema(), NlohmannJsonAdapter(document), &results)) return {};
  Explainer explainer(document);
  for (const auto& error : results) explainer.explain(error);
  problems = explainer.take();
  if (problems.empty()) problems.push_back({"the file", "expected what config.schema.json allows"});
  return problems;
}

}  // namespace parley::config
