#include "common/os/owner_rights.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <optional>
#include <system_error>
#include <vector>

#ifdef __linux__
#include <linux/capability.h>
#include <sys/syscall.h>
#endif

namespace parley::os {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSuperuser = 0;
constexpr int kMaxLinks = 40;  // as the system
constexpr std::size_t kRecordBytes = 16 * 1024;

struct Owner {
  uid_t user;
  gid_t group;
};

/// The steps of a path that are still to be taken, and where they have led so far: only through directories
/// of the superuser, so nobody else can change them meanwhile.
class Walk {
 public:
  explicit Walk(const fs::path& path) { prepend(fs::absolute(path)); }

  std::optional<Owner> first_other_owner() {
    while (!steps_.empty()) {
      const fs::path step = steps_.front();
      steps_.pop_front();
      struct stat status {};
      if (::lstat((here_ / step).c_str(), &status) != 0) return std::nullopt;  // nothing is there yet
      const bool is_link = S_ISLNK(status.st_mode);
      if (!is_link && !S_ISDIR(status.st_mode)) return std::nullopt;
      if (status.st_uid != kSuperuser) return Owner{status.st_uid, status.st_gid};
      if (is_link && !follow(step)) return std::nullopt;
      if (!is_link) here_ = step == ".." ? here_.parent_path() : here_ / step;
    }
    return std::nullopt;
  }

 private:
  bool follow(const fs::path& link) {
    std::error_code failed;
    const auto target = fs::read_symlink(here_ / link, failed);
    if (failed || ++links_ > kMaxLinks) return false;
    prepend(target);
    return true;
  }

  void prepend(const fs::path& path) {
    if (path.is_absolute()) here_ = path.root_path();
    std::vector<fs::path> steps;
    for (const auto& step : path.relative_path())
      if (!step.empty() && step != ".") steps.push_back(step);
    steps_.insert(steps_.begin(), steps.begin(), steps.end());
  }

  fs::path here_ = "/";
  std::deque<fs::path> steps_;
  int links_ = 0;
};

/// The user's own group rather than the directory's, which may be one that the user is not in.
gid_t group_of(const Owner& owner) {
  passwd record{};
  passwd* found = nullptr;
  std::vector<char> space(kRecordBytes);
  if (::getpwuid_r(owner.user, &record, space.data(), space.size(), &found) == 0 && found)
    return found->pw_gid;
  return owner.group;
}

/// Allows again to search directories and read files of anybody, which goes with the superuser's effective
/// id.
void keep_eyes() {
#ifdef __linux__
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, sets) != 0) return;
  sets[0].effective |= sets[0].permitted & (1U << CAP_DAC_READ_SEARCH);
  ::syscall(SYS_capset, &header, sets);
#endif
}

bool take(uid_t user, gid_t group, const std::vector<gid_t>& groups) {
  // The user last on the way down and first on the way up: it takes the superuser to change the groups.
  if (user == kSuperuser && ::seteuid(user) != 0) return false;
  if (::setgroups(groups.size(), groups.data()) != 0 || ::setegid(group) != 0) return false;
  if (user == kSuperuser) return true;
  if (::seteuid(user) != 0) return false;
  keep_eyes();
  return true;
}

std::vector<gid_t> current_groups() {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  groups.resize(
      static_cast<std::size_t>(std::max(::getgroups(static_cast<int>(groups.size()), groups.data()), 0)));
  return groups;
}

Error not_allowed(const fs::path& path, uid_t user) {
  return {.code = Errc::storage_error,
          .message = path.string() + ": its directory belongs to user " + std::to_string(user) +
                     ", whose rights this process cannot take (" + std::generic_category().message(errno) +
                     "): run the command as that user"};
}

}  // namespace

/// What the process had before, which it gets back.
class OwnerRights::Previous {
 public:
  Previous() : user_(::geteuid()), group_(::getegid()), groups_(current_groups()) {}
  Previous(const Previous&) = delete;
  Previous& operator=(const Previous&) = delete;
  // A process whose rights nobody knows must not go on.
  ~Previous() {
    if (!is_current() && (::seteuid(kSuperuser) != 0 || !take(user_, group_, groups_))) std::abort();
  }

 private:
  bool is_current() const {
    return ::geteuid() == user_ && ::getegid() == group_ && current_groups() == groups_;
  }

  uid_t user_;
  gid_t group_;
  std::vector<gid_t> groups_;
};

Result<OwnerRights> OwnerRights::of(const fs::path& path) {
  if (::getuid() != kSuperuser) return OwnerRights(nullptr);
  std::unique_ptr<Previous> previous;
  if (::geteuid() != kSuperuser) {  // within the rights of somebody else: the way is looked at without them
    previous = std::make_unique<Previous>();
    if (::seteuid(kSuperuser) != 0) return not_allowed(path, kSuperuser);
  }
  const auto owner = Walk(path).first_other_owner();
  if (!owner && !previous) return OwnerRights(nullptr);
  if (!previous) previous = std::make_unique<Previous>();
  const uid_t user = owner ? owner->user : kSuperuser;
  const gid_t group = owner ? group_of(*owner) : ::getgid();
  if (!take(user, group, {group})) return not_allowed(path, user);
  return OwnerRights(std::move(previous));
}

OwnerRights::OwnerRights(std::unique_ptr<Previous> previous) : previous_(std::move(previous)) {}
OwnerRights::OwnerRights(OwnerRights&&) noexcept = default;
OwnerRights::~OwnerRights() = default;

}  // namespace parley::os
