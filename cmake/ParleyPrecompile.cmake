# Precompiled headers: what nearly every file of the house includes, parsed once for each way of compiling.
# A file still includes what it uses: the clang build (preset fuzz) and the consumers' builds have none of this.

set(PARLEY_STANDARD_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <deque> <filesystem> <fstream> <functional> <limits> <map>
  <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <unordered_map> <utility> <variant> <vector>
  <boost/system/result.hpp> <nlohmann/json.hpp>)
set(PARLEY_ASIO_HEADERS
  <boost/asio/any_io_executor.hpp> <boost/asio/dispatch.hpp> <boost/asio/executor_work_guard.hpp>
  <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/strand.hpp>)

# Sets `result` to true if `target` links parley_boost: its files are worth precompiled headers with Asio.
function(parley_uses_asio result target)
  set(${result} FALSE PARENT_SCOPE)
  if(target STREQUAL parley_boost)
    set(${result} TRUE PARENT_SCOPE)
  elseif(TARGET ${target})
    get_target_property(links ${target} LINK_LIBRARIES)
    if(NOT links)
      get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
    endif()
    foreach(link IN LISTS links)
      parley_uses_asio(found "${link}")
      if(found)
        set(${result} TRUE PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endif()
endfunction()

# Makes the target that precompiles for all others that are compiled like it, unless it is there.
function(parley_precompiled_headers name kind uses_asio)
  if(TARGET ${name})
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Only what it includes counts.\n")
  add_library(${name} OBJECT ${source})
  if(NOT kind STREQUAL library)
    # As CMake compiles what goes into a program.
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE -fPIE)
  endif()
  target_link_libraries(${name} PRIVATE parley_house Boost::headers nlohmann_json::nlohmann_json)
  set(headers ${PARLEY_STANDARD_HEADERS})
  if(uses_asio)
    target_link_libraries(${name} PRIVATE parley_boost)
    list(APPEND headers ${PARLEY_ASIO_HEADERS})
  endif()
  if(kind STREQUAL test)
    target_compile_options(${name} PRIVATE ${PARLEY_TEST_OPTIONS})
    target_link_libraries(${name} PRIVATE GTest::gmock)
    list(APPEND headers <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  target_precompile_headers(${name} PRIVATE ${headers})
endfunction()

# Has `target`, a `kind` (library, program or test), use the precompiled headers that fit its definitions; call it when
# its links are known.
function(parley_precompile target kind)
  if(NOT PROJECT_IS_TOP_LEVEL OR CMAKE_DISABLE_PRECOMPILE_HEADERS)
    return()
  endif()
  parley_uses_asio(uses_asio ${target})
  set(name parley_precompiled_${kind})
  if(uses_asio)
    string(APPEND name _asio)
  endif()
  parley_precompiled_headers(${name} ${kind} ${uses_asio})
  target_precompile_headers(${target} REUSE_FROM ${name})
endfunction()
