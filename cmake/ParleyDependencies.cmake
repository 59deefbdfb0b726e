# Everything comes from Debian 12 packages; scripts/install-deps.sh names them.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(nlohmann_json 3.11 REQUIRED)

# What a room that uses Asio needs. It hands no macro to programs that use the SDK: others there compile the same classes.
add_library(parley_boost INTERFACE)
target_link_libraries(parley_boost INTERFACE Boost::headers Threads::Threads)
