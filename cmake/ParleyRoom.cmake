# How every room is built: one static library, the house's warnings, sanitizers by preset.

include(GNUInstallDirs)
set(PARLEY_SERVICE_HEADERS ${CMAKE_INSTALL_INCLUDEDIR}/parley-service)  # installed: parley::Service
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# A plugin that contains our static libraries exports nothing of them, nor of Asio; see parley/export.hpp.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(PARLEY_SANITIZE "" CACHE STRING "Sanitizers for all our targets, e.g. address,undefined")

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endif()

add_library(parley_house INTERFACE)
# GCC 12 sees overlapping copies in its own string code when it inlines much.
# Compiler caches need the preprocessed text to say which precompiled header it used.
target_compile_options(parley_house INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
target_compile_options(parley_house INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_options(parley_house INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual)
target_include_directories(parley_house INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
if(PARLEY_SANITIZE)
  target_compile_options(parley_house INTERFACE -fsanitize=${PARLEY_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(parley_house INTERFACE -fsanitize=${PARLEY_SANITIZE})
  if(PARLEY_SANITIZE MATCHES undefined)
    target_compile_options(parley_house INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()
# One compiled copy of Asio and Beast for all our own files, which compiles faster. The classes are the same with and
# without (tests/consumers has programs that compile Asio otherwise), so nobody else needs to know.
target_compile_definitions(parley_house INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_DISABLE_VISIBILITY)
# Undefined behaviour is looked for in what is tested: in GoogleTest's macros it takes a third of the compile time.
set(PARLEY_TEST_OPTIONS)
if(PARLEY_SANITIZE MATCHES undefined)
  set(PARLEY_TEST_OPTIONS -fno-sanitize=undefined)
endif()
find_program(PARLEY_LLD ld.lld)
if(PARLEY_LLD)
  target_link_options(parley_house INTERFACE -fuse-ld=lld)
endif()

include(ParleyPrecompile)

# parley_room(name SOURCES ... [LINKS ...] [PRIVATE_LINKS ...]): one room of the house as parley::name
function(parley_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(parley_${name} STATIC ${ROOM_SOURCES})
  add_library(parley::${name} ALIAS parley_${name})
  set_target_properties(parley_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(parley_${name} PUBLIC cxx_std_20)
  target_link_libraries(parley_${name}
    PUBLIC ${ROOM_LINKS}
    PRIVATE $<BUILD_INTERFACE:parley_house> ${ROOM_PRIVATE_LINKS})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(parley_${name} PUBLIC
      $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endif()
  parley_precompile(parley_${name} library)
endfunction()

# parley_program(name SOURCES ... LINKS ...): an executable in bin/
function(parley_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE parley_house ${PROGRAM_LINKS})
  parley_precompile(${name} program)
endfunction()

# parley_test(name SOURCES ... LINKS ... [TIMEOUT seconds] [SHARDS count]): one GoogleTest program, one ctest entry (one
# for each of `count` parts that run side by side). Starting a process for each of some thousand tests costs more than the
# tests. Its label is its folder below tests/ (unit, properties, ...), and the target tests_<label> builds all of it.
function(parley_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT;SHARDS" "SOURCES;LINKS" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  if(NOT TEST_SHARDS)
    set(TEST_SHARDS 1)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE parley_house ${TEST_LINKS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_options(${name} PRIVATE ${PARLEY_TEST_OPTIONS})
  parley_precompile(${name} test)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests OUTPUT_VARIABLE folder)
  string(REGEX REPLACE "/.*" "" label ${folder})
  foreach(shard RANGE 1 ${TEST_SHARDS})
    set(entry ${name})
    if(TEST_SHARDS GREATER 1)
      string(APPEND entry _${shard}_of_${TEST_SHARDS})
    endif()
    math(EXPR index "${shard} - 1")
    add_test(NAME ${entry} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(${entry} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS ${label}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${TEST_SHARDS};GTEST_SHARD_INDEX=${index};TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
  endforeach()
  if(NOT TARGET tests_${label})
    add_custom_target(tests_${label})
  endif()
  add_dependencies(tests_${label} ${name})
endfunction()
