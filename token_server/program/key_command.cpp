#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "common/config/command_line.hpp"
#include "common/config/keys_file.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/program/command.hpp"
#include "token_server/program/keys_file_change.hpp"

namespace parley::token_server {
namespace {

using config::BackendKey;
using config::BackendKeyCallers;

constexpr int kMostPerMinute = 10'000'000;

Error refuse(Errc code, std::string message) { return {.code = code, .message = std::move(message)}; }

// The beginning lets scanners for secrets find a key that got into a repository or a log.
std::string make_key() {
  std::array<std::uint8_t, 32> bits;
  SecureRandom().fill(bits);
  return "pk_" + base64url_encode({reinterpret_cast<const char*>(bits.data()), bits.size()});
}

auto find_name(std::vector<BackendKey>& keys, const std::string& name) {
  return std::find_if(keys.begin(), keys.end(), [&](const BackendKey& key) { return key.name == name; });
}

std::vector<BackendKey> all_keys(const config::TokenServer& settings) {
  std::vector<BackendKey> keys;
  for (const auto& entry : settings.callers)
    if (const auto* backends = std::get_if<BackendKeyCallers>(&entry.who))
      keys.insert(keys.end(), backends->keys.begin(), backends->keys.end());
  return keys;
}

/// An entry of the configuration with a file for its keys.
struct KeysFile {
  std::string entry;  ///< "token_server.callers[0]"
  std::string path;
};

std::vector<KeysFile> keys_files(const config::TokenServer& settings) {
  std::vector<KeysFile> files;
  for (const auto& entry : settings.callers)
    if (const auto* backends = std::get_if<BackendKeyCallers>(&entry.who))
      if (!backends->keys_file.empty()) files.push_back({entry.key, backends->keys_file});
  return files;
}

// The same rules as for a configuration, said about the command line.
Result<void> check_new(const BackendKey& key) {
  const auto checked = config::parse_keys(config::format_keys({key}), "");
  if (checked) return {};
  const auto problem = checked.error().front();
  const bool about_name = problem.key.ends_with(".name");
  return refuse(Errc::invalid_argument, std::string(about_name ? "NAME: " : "--identity: ") + problem.what);
}

// A relative path starts where the command was called.
std::string absolute(const std::string& file) { return std::filesystem::absolute(file).string(); }

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ",") + text;
  return out;
}

void print_row(std::ostream& out, const std::array<std::string, 5>& cells) {
  out << std::left << std::setw(24) << cells[0] << " " << std::setw(10) << cells[1] << " " << std::setw(10)
      << cells[2] << " " << std::setw(24) << cells[3] << " " << cells[4] << "\n";
}

class KeyCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* key = program.add_subcommand("key", "Keys of back ends (callers of type backend_keys)");
    key->require_subcommand(1);
    add_add_to(*key);
    key->add_subcommand("list", "Name, hash, rate, identities and place of all keys");
    revoke_ = key->add_subcommand("revoke", "Take a key out of its keys_file");
    revoke_->add_option("NAME", key_.name, "The key's name")->required();
    return *key;
  }

  int run(const std::optional<config::Config>& config) override {
    if (!config) {
      std::cerr << "token_server key: expected --config FILE: it says where the keys are\n";
      return config::kExitBadConfig;
    }
    const auto done = act(config->token_server);
    if (done) return config::kExitOk;
    std::cerr << "token_server key: " << done.error().message << "\n";
    return done.error().code == Errc::invalid_argument ? config::kExitBadConfig : config::kExitFailure;
  }

 private:
  void add_add_to(CLI::App& key) {
    add_ = key.add_subcommand("add", "Make a key, print it once and keep its SHA-256");
    add_->add_option("NAME", key_.name, "Names the key in logs and limits")->required();
    add_->add_option("--identity", key_.identities, "What it may ask for; * stands for any text; may repeat")
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    add_->add_option("--requests-per-minute", key_.requests_per_minute, "How often it may ask")
        ->type_name("N")
        ->check(CLI::Range(1, kMostPerMinute));
    add_->add_option("--entry", entry_, "Its place in token_server.callers, if several have a keys_file")
        ->type_name("INDEX");
  }

  Result<void> act(const config::TokenServer& settings) {
    if (add_->parsed()) return add(settings);
    if (revoke_->parsed()) return revoke(settings);
    list(settings);
    return {};
  }

  Result<void> add(const config::TokenServer& settings) {
    const std::string text = make_key();
    key_.sha256 = sha256_hex(text);
    if (auto fits = check_new(key_); !fits) return fits;
    auto known = all_keys(settings);
    if (find_name(known, key_.name) != known.end()) return already_there();
    const auto file = choose_file(settings);
    if (!file) return file.error();
    if (!*file) {
      print_to_paste(text);
      return {};
    }
    auto added = keep(settings, (*file)->path, "key_added", [&](auto& keys) { return add_to_list(keys); });
    if (added) print_added(text, (*file)->path);
    return added;
  }

  // Somebody else may have added it since the configuration was read.
  Result<void> add_to_list(std::vector<BackendKey>& keys) const {
    if (find_name(keys, key_.name) != keys.end()) return already_there();
    keys.push_back(key_);
    return {};
  }

  Error already_there() const {
    return refuse(Errc::conflict, "there is a key with this name already; revoke it first");
  }

  Result<std::optional<KeysFile>> choose_file(const config::TokenServer& settings) const {
    const auto files = keys_files(settings);
    if (entry_) {
      const auto chosen = "token_server.callers[" + std::to_string(*entry_) + "]";
      for (const auto& file : files)
        if (file.entry == chosen) return std::optional(file);
      return refuse(Errc::invalid_argument, "--entry: expected an entry with a keys_file");
    }
    if (files.size() > 1)
      return refuse(Errc::invalid_argument, "expected --entry INDEX: several entries have a keys_file");
    return files.empty() ? std::nullopt : std::optional(files.front());
  }

  Result<void> revoke(const config::TokenServer& settings) {
    auto known = all_keys(settings);
    const auto found = find_name(known, key_.name);
    if (found == known.end()) return refuse(Errc::not_found, "there is no key with this name");
    for (const auto& file : keys_files(settings))
      if (found->key.starts_with(file.entry + ".keys_file[")) return revoke_in(settings, file.path);
    return refuse(Errc::conflict, "this key is in the configuration itself: take it out of " + found->key);
  }

  Result<void> revoke_in(const config::TokenServer& settings, const std::string& file) {
    auto revoked = keep(settings, file, "key_revoked", [&](auto& keys) -> Result<void> {
      const auto found = find_name(keys, key_.name);
      if (found == keys.end()) return refuse(Errc::not_found, "there is no key with this name");
      keys.erase(found);
      return {};
    });
    if (revoked)
      std::cerr << "Key " << std::quoted(key_.name) << " is taken out of " << absolute(file)
                << ". A running server refuses it after SIGHUP.\n";
    return revoked;
  }

  // The audit log first of all: nothing is changed that cannot be written down.
  Result<void> keep(const config::TokenServer& settings, const std::string& file, std::string_view what,
                    const KeysChange& change) const {
    auto audit = AuditLog::open(settings.audit_log, system_clock());
    if (!audit) return audit.error();
    const bool is_new = !std::filesystem::exists(file);
    if (auto changed = change_keys_file(file, change); !changed) return changed;
    if (is_new) std::cerr << "token_server key: " << absolute(file) << " is a new file: there was none\n";
    return (*audit)->append({.what = what, .caller = key_.name, .outcome = "ok"});
  }

  static void print_added(const std::string& text, const std::string& file) {
    std::cout << text << std::endl;
    std::cerr << "Note the key now: " << absolute(file)
              << " has its SHA-256 only. A running server takes it over after SIGHUP.\n";
  }

  void print_to_paste(const std::string& text) const {
    std::cout << text << "\n" << config::format_key(key_) << std::endl;
    std::cerr
        << "Note the key (first line) now. Nothing is written, because no entry of type backend_keys in "
           "token_server.callers has a keys_file: put the second line into the \"keys\" of such an entry. "
           "A running server takes it over after SIGHUP.\n";
  }

  static void list(const config::TokenServer& settings) {
    print_row(std::cout, {"NAME", "SHA-256", "PER MINUTE", "IDENTITIES", "PLACE"});
    for (const auto& key : all_keys(settings))
      print_row(std::cout, {key.name, key.sha256.substr(0, 8),
                            key.requests_per_minute ? std::to_string(*key.requests_per_minute) : "any",
                            key.identities.empty() ? "any" : joined(key.identities), key.key});
  }

  CLI::App* add_ = nullptr;
  CLI::App* revoke_ = nullptr;
  BackendKey key_;
  std::optional<unsigned> entry_;
};

}  // namespace

std::unique_ptr<Command> make_key_command() { return std::make_unique<KeyCommand>(); }

}  // namespace parley::token_server
