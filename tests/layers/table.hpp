#pragma once
#include <string_view>

/// The house's floors as data. A change here is a change of the architecture: say why in docs/adr.
namespace parley::layers {

/// Files below `room` (the longest match decides) may include files below `may_include`, and their own
/// room's. Paths from the root, separated by blanks.
struct Room {
  std::string_view room;
  std::string_view may_include;
};

inline constexpr Room kRooms[] = {
    {"common/base/include", ""},
    {"common/base", ""},
    {"common/os", "common/base"},
    {"common/config", "common/base common/os"},
    {"common/protocol/token", "common/base"},
    {"common/protocol", "common/base"},
    {"common/net", "common/base common/os"},
    {"common/storage", "common/base"},
    {"token_server", "common/base common/protocol/token common/net"},
    {"token_server/audit", "common/base common/os"},
    {"token_server/oidc", "common/base common/os common/protocol/token common/net"},
    {"token_server/sessions",
     "token_server/audit common/base common/net/client_address common/os common/protocol/token "
     "common/storage"},
    {"token_server/program",
     "token_server common/base common/config common/net common/os common/protocol/token"},
    {"chat_service", "common/base common/protocol"},
    {"chat_service/src/media", "chat_service common/base common/os common/protocol common/net/http_body"},
    {"chat_service/src/store", "chat_service common/base common/os common/protocol/sync common/storage"},
    {"chat_service/src/domain",
     "chat_service/src/scope chat_service/src/errors chat_service/src/limits chat_service/src/model "
     "chat_service/src/policy "
     "chat_service/src/store common/base common/protocol"},
    {"chat_service/src/sessions",
     "chat_service/src/limits chat_service/src/model common/base common/protocol/sync"},
    {"chat_service/src/connections",
     "chat_service/core chat_service/options chat_service/src/effects chat_service/src/tenants "
     "chat_service/src/domain/replay_origins common/base common/protocol"},
    {"chat_service/src/unit_of_work", "chat_service common/base common/storage"},
    {"chat_service/src/shell", "chat_service common/base common/os common/protocol common/net"},
    {"chat_service/service.hpp", "chat_service/options.hpp common/base common/net"},
    {"chat_service/testing", "common/base common/net/url"},
    {"chat_service/src/testing", "chat_service/testing common/base common/net"},
    {"chat_service/src/transfer", "chat_service common/base common/os common/storage"},
    {"chat_service/program",
     "chat_service common/base common/config common/net common/os common/storage/database"},
    {"chat_sdk/include", "common/base/include"},
    {"chat_sdk/src", "chat_sdk/include common/base common/os common/protocol common/net"},
    {"chat_sdk/cache_sqlite/include", "chat_sdk/include common/base/include"},
    {"chat_sdk/cache_sqlite/src",
     "chat_sdk/cache_sqlite/include chat_sdk/include common/base common/os common/storage"},
    {"chat_sdk/src/connection", "chat_sdk/include common/base common/protocol"},
    {"chat_sdk/src/login/login_machine", "chat_sdk/include common/base"},
    {"chat_sdk/src/model", "chat_sdk/include chat_sdk/src/connection common/base common/protocol"},
    {"chat_sdk/src/transfer", "chat_sdk/include common/base common/protocol"},
    {"chat_sdk/src/engine",
     "chat_sdk/include chat_sdk/src/connection chat_sdk/src/model common/base common/protocol"},
    {"demo_app", "chat_sdk/include chat_sdk/cache_sqlite/include chat_service token_server common"},
};

enum class Where { anywhere, sources };  ///< sources: .cpp files only

/// <library...> may be included below `rooms` only. Several rows of one library: any of them permits.
struct Library {
  std::string_view library;
  std::string_view rooms;
  Where where = Where::anywhere;
};

inline constexpr Library kLibraries[] = {
    {"boost/system/", "common token_server chat_service chat_sdk demo_app"},
    {"boost/asio/",
     "common/net token_server chat_service/src/shell chat_service/src/testing chat_service/program demo_app"},
    {"boost/asio/", "chat_sdk/include chat_sdk/src/io"},
    {"boost/asio/", "chat_sdk/src/channel.cpp chat_sdk/src/runtime.cpp"},
    {"boost/asio/",
     "chat_sdk/src/login/endpoint_call chat_sdk/src/login/login_thread chat_sdk/src/login/token_source.cpp"},
    {"boost/asio/ssl/", "common/net/src"},
    {"boost/asio/impl/", "common/net/src", Where::sources},
    {"boost/beast/", "common/net/src"},
    {"boost/url/", "common/net/src", Where::sources},
    {"boost/intrusive/", "chat_sdk/src/model"},
    {"boost/json/", "common/base", Where::sources},
    {"nlohmann/json_fwd.hpp", "common/base common/config chat_service"},
    {"nlohmann/json.hpp", "common token_server chat_service chat_sdk/src", Where::sources},
    {"nlohmann/json.hpp", "chat_sdk/include/parley/json.hpp"},
    {"openssl/", "common/base common/net/src", Where::sources},
    {"cjose/", "token_server/oidc", Where::sources},
    {"sqlite3.h", "common/storage", Where::sources},
    {"valijson/", "common/config", Where::sources},
    {"CLI/", "common/config demo_app/src/main.cpp token_server/program chat_service/program", Where::sources},
    {"fcntl.h",
     "common/net/src/listener.cpp common/net/src/spare_descriptor.cpp token_server/audit "
     "token_server/program",
     Where::sources},
    {"sys/file.h", "token_server/audit", Where::sources},
    {"sys/select.h", "token_server/program/password_prompt.cpp", Where::sources},
    {"sys/stat.h", "token_server/audit token_server/program", Where::sources},
    {"termios.h", "token_server/program/password_prompt.cpp", Where::sources},
    {"sys/resource.h", "common/net/src/spare_descriptor.cpp", Where::sources},
    {"unistd.h",
     "common/net/src/listener.cpp common/net/src/spare_descriptor.cpp token_server/audit "
     "token_server/program",
     Where::sources},
    {"prometheus/", "token_server/http/metrics.cpp", Where::sources},
    {"fcntl.h", "common/os", Where::sources},
    {"sys/stat.h", "common/os", Where::sources},
    {"unistd.h", "common/os", Where::sources},
    {"grp.h", "common/os", Where::sources},
    {"pwd.h", "common/os", Where::sources},
    {"linux/capability.h", "common/os", Where::sources},
    {"sys/syscall.h", "common/os", Where::sources},
    {"fcntl.h", "chat_service/src/shell/local_socket.cpp", Where::sources},
    {"sys/stat.h", "chat_service/src/shell/local_socket.cpp", Where::sources},
    {"sys/socket.h", "chat_service/src/shell/local_socket.cpp", Where::sources},
    {"sys/un.h", "chat_service/src/shell/local_socket.cpp", Where::sources},
    {"unistd.h", "chat_service/src/shell/local_socket.cpp", Where::sources},
    {"prometheus/", "chat_service/src/shell/metrics.cpp", Where::sources},
    {"sys/stat.h", "chat_service/program/main.cpp", Where::sources},
    {"unistd.h",
     "chat_service/program/serve.cpp chat_service/program/interruption.cpp chat_service/program/long_run.cpp",
     Where::sources},
};

/// `name` stands in the code of these rooms only.
struct Name {
  std::string_view name;
  std::string_view rooms;
};

// A search for each member among all makes reading it quadratic: it is for what our own code writes, and for
// the file of the operator.
inline constexpr Name kNames[] = {
    {"ordered_json", "common/base/json common/config"},
    {"OrderedValue::parse", ""},
    {"OrderedValue::sax_parse", ""},
};

/// Where <parley/...> lives. Files there include only <...>.
inline constexpr std::string_view kPublicFolders[] = {"common/base/include", "chat_sdk/include",
                                                      "chat_sdk/cache_sqlite/include"};

/// What is read.
inline constexpr std::string_view kHouse[] = {"common", "token_server", "chat_service", "chat_sdk",
                                              "demo_app"};

}  // namespace parley::layers
