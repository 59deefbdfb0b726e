#include <CLI/CLI.hpp>
#include <iostream>

#include "common/config/command_line.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/program/command.hpp"

namespace parley::token_server {
namespace {

class AuditCommand final : public Command {
 public:
  CLI::App& add_to(CLI::App& program) override {
    auto* audit = program.add_subcommand("audit", "The append-only record of logins and changes");
    audit->require_subcommand(1);
    auto* verify =
        audit->add_subcommand("verify", "Check its chain; prints the number of lines and the head");
    verify->add_option("FILE", path_, "The file, if it is not the one of the configuration");
    auto* head = verify->add_option("--head", noted_.head, "A head that was noted before");
    auto* lines = verify->add_option("--lines", noted_.lines, "The number of lines at that time");
    head->needs(lines);
    lines->needs(head)->check(CLI::PositiveNumber);
    return *audit;
  }

  int run(const std::optional<config::Config>& config) override {
    if (path_.empty() && !config) {
      std::cerr << "token_server audit: expected FILE or --config FILE\n";
      return config::kExitBadConfig;
    }
    const std::string& path = path_.empty() ? config->token_server.audit_log : path_;
    const auto chain = verify_audit_log(path, noted_.lines > 0 ? std::optional(noted_) : std::nullopt);
    if (!chain) {
      std::cerr << "token_server audit: " << chain.error().message << "\n";
      return config::kExitFailure;
    }
    std::cout << "lines " << chain->lines << "\nhead " << chain->head << "\n";
    return config::kExitOk;
  }

 private:
  std::string path_;
  AuditChain noted_;
};

}  // namespace

std::unique_ptr<Command> make_audit_command() { return std::make_unique<AuditCommand>(); }

}  // namespace parley::token_server
