# Everything comes from Debian 12 packages; scripts/install-deps.sh names them.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url system)
find_package(nlohmann_json 3.11 REQUIRED)

# One compiled copy of Asio and Beast for all rooms: the definitions must agree everywhere.
add_library(parley_boost INTERFACE)
target_link_libraries(parley_boost INTERFACE Boost::headers Boost::url Boost::system Threads::Threads)
target_compile_definitions(parley_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
