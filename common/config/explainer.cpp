#include "common/config/explainer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace parley::config {
namespace {

using nlohmann::json;

bool is_about(const std::vector<const json*>& rules, const char* type) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const json* rule) { return rule->value("type", "") == type; });
}

const json& member(const json& rule, const char* name) {
  static const json empty = json::object();
  const auto found = rule.find(name);
  return found == rule.end() ? empty : *found;
}

// "if" here always means: these keys have these values.
bool applies(const json& condition, const json& node) {
  if (!node.is_object()) return false;
  for (const auto& [key, rule] : condition["properties"].items())
    if (!node.contains(key) || node[key] != rule["const"]) return false;
  return true;
}

bool has_twins(const json& list) {
  for (auto one = list.begin(); one != list.end(); ++one)
    if (std::find(std::next(one), list.end(), *one) != list.end()) return true;
  return false;
}

bool is_good_list(const json& rule, const json& list) {
  return list.size() >= rule.value("minItems", std::size_t{0}) &&
         !(rule.value("uniqueItems", false) && has_twins(list));
}

std::string or_list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

}  // namespace

Explainer::Explainer(const json& schema, const json& document, std::string path)
    : schema_(schema), document_(document), path_(std::move(path)) {}

void Explainer::explain(const std::vector<std::string>& steps) {
  Place place{&document_, {}, path_};
  add_rules(schema_, document_, place.rules);
  for (const auto& step : steps)
    if (!enter(place, step)) break;
  explain_section(place);
}

void Explainer::add_rules(const json& rule, const json& node, Rules& out) const {
  if (const auto target = rule.find("$ref"); target != rule.end())
    return add_rules(schema_.at(json::json_pointer(target->get<std::string>().substr(1))), node, out);
  out.push_back(&rule);
  for (const auto& part : member(rule, "allOf")) {
    const auto condition = part.find("if");
    if (condition == part.end()) add_rules(part, node, out);
    if (condition != part.end() && applies(*condition, node)) add_rules(part["then"], node, out);
  }
}

bool Explainer::enter(Place& place, const std::string& step) const {
  const json& parent = *place.node;
  const bool in_list = parent.is_array();
  const auto index = in_list ? std::stoul(step) : 0;
  if (in_list ? index >= parent.size() : !parent.is_object() || !parent.contains(step)) return false;
  const json& node = in_list ? parent[index] : parent[step];
  Rules rules;
  for (const json* rule : place.rules) {
    if (in_list && rule->contains("items")) add_rules((*rule)["items"], node, rules);
    if (!in_list && member(*rule, "properties").contains(step))
      add_rules((*rule)["properties"][step], node, rules);
  }
  if (rules.empty()) return false;
  place = {&node, std::move(rules), in_list ? place.path + "[" + step + "]" : join_path(place.path, step)};
  return true;
}

void Explainer::explain_section(const Place& place) {
  const json& node = *place.node;
  if (node.is_object() && is_about(place.rules, "object")) {
    for (const json* rule : place.rules) {
      explain_unknown_keys(*rule, place);
      explain_missing_keys(*rule, place);
      explain_choice(*rule, "oneOf", place);
      explain_choice(*rule, "anyOf", place);
    }
    return;
  }
  const bool is_list = node.is_array() && is_about(place.rules, "array");
  if (is_list && std::all_of(place.rules.begin(), place.rules.end(),
                             [&](const json* rule) { return is_good_list(*rule, node); }))
    return;
  add(place.path.empty() ? "the file" : place.path, expected(place.rules));
}

void Explainer::explain_unknown_keys(const json& rule, const Place& place) {
  if (rule.value("additionalProperties", true)) return;
  const json& known = member(rule, "properties");
  std::string names;
  for (const auto& [name, unused] : known.items())
    if (name != "$schema") names += (names.empty() ? "" : ", ") + name;
  for (const auto& [key, value] : place.node->items())
    if (!known.contains(key)) add(join_path(place.path, key), "unknown key; expected one of " + names);
}

void Explainer::explain_missing_keys(const json& rule, const Place& place) {
  for (const auto& name : member(rule, "required")) {
    const auto key = name.get<std::string>();
    if (!place.node->contains(key))
      add(join_path(place.path, key), expected_of_key(rule, key) + ", but it is missing");
  }
}

// "oneOf" here always means: exactly one of these keys; "anyOf": at least one.
void Explainer::explain_choice(const json& rule, const char* keyword, const Place& place) {
  std::vector<std::string> names;
  int present = 0;
  for (const auto& choice : member(rule, keyword)) {
    names.push_back(choice["required"][0].get<std::string>());
    present += place.node->contains(names.back()) ? 1 : 0;
  }
  if (names.empty()) return;
  if (present == 0)
    add(join_path(place.path, names[0]),
        expected_of_key(rule, names[0]) + "; " + or_list(names) + " is needed, but both are missing");
  if (present > 1 && keyword == std::string_view("oneOf"))
    add(join_path(place.path, names[0]), "expected " + or_list(names) + ", not both");
}

std::string Explainer::expected(const Rules& rules) const {
  for (const json* rule : rules)
    if (const auto words = rule->find("errorMessage"); words != rule->end())
      return "expected " + words->get<std::string>();
  return "expected another value";
}

std::string Explainer::expected_of_key(const json& rule, const std::string& key) const {
  Rules rules;
  add_rules(member(rule, "properties")[key], json(), rules);
  return expected(rules);
}

void Explainer::add(std::string key, std::string what) {
  Problem problem{std::move(key), std::move(what)};
  if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end())
    problems_.push_back(std::move(problem));
}

}  // namespace parley::config
