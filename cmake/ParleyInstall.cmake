# cmake --install: the SDK as static libraries and as a shared one, its public headers, parleyConfig.cmake and parley.pc.
# The documented targets are parley::chat_sdk, parley::chat_sdk_shared, parley::cache_sqlite (component `cache`) and, where
# the programs are built, parley::chat_service_lib (component `service`); the other rooms come along because static libraries
# need them.
option(PARLEY_INSTALL "Make rules to install the libraries" ${PROJECT_IS_TOP_LEVEL})
if(NOT PARLEY_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)

set(parley_installed_rooms parley_base parley_os parley_token parley_protocol parley_net parley_chat_sdk)
set(parley_cache_rooms)
if(TARGET parley_cache_sqlite)
  set(parley_cache_rooms parley_storage parley_cache_sqlite)
endif()
set(parley_service_rooms)
if(PARLEY_BUILD_PROGRAMS)
  set(parley_service_rooms parley_chat_service_lib)
endif()

# nlohmann/json is header-only and stays inside our .cpp files: programs that link our libraries need not have it.
foreach(room IN LISTS parley_installed_rooms parley_cache_rooms parley_service_rooms)
  get_target_property(links ${room} INTERFACE_LINK_LIBRARIES)
  list(REMOVE_ITEM links $<LINK_ONLY:nlohmann_json::nlohmann_json>)
  set_target_properties(${room} PROPERTIES INTERFACE_LINK_LIBRARIES "${links}")
endforeach()

set_target_properties(parley_boost PROPERTIES EXPORT_NAME boost)
install(TARGETS ${parley_installed_rooms} parley_boost EXPORT parleyTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT parley)
if(TARGET parley_chat_sdk_shared)
  install(TARGETS parley_chat_sdk_shared EXPORT parleyTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT parley)
  set(parley_pc_prefix ${CMAKE_INSTALL_PREFIX})
  if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
    file(RELATIVE_PATH parley_pc_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
    string(REGEX REPLACE "/$" "" parley_pc_prefix "\${pcfiledir}/${parley_pc_prefix}")
  endif()
  foreach(kind LIBDIR INCLUDEDIR)
    string(TOLOWER parley_pc_${kind} variable)
    cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_${kind} BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE ${variable})
  endforeach()
  configure_file(cmake/parley.pc.in ${CMAKE_CURRENT_BINARY_DIR}/parley.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/parley.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT parley)
endif()
install(DIRECTORY common/base/include/parley chat_sdk/include/parley
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT parley FILES_MATCHING PATTERN *.hpp)

set(parley_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/parley)
if(parley_cache_rooms)
  install(TARGETS ${parley_cache_rooms} EXPORT parleyCacheTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT parley)
  install(DIRECTORY chat_sdk/cache_sqlite/include/parley DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT parley)
  install(EXPORT parleyCacheTargets NAMESPACE parley:: DESTINATION ${parley_package_dir} COMPONENT parley)
endif()
if(parley_service_rooms)
  install(TARGETS ${parley_service_rooms} EXPORT parleyServiceTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT parley)
  # service.hpp and what it includes, in a folder of its own: their paths begin with the house's rooms.
  foreach(header chat_service/service.hpp chat_service/options.hpp chat_service/testing/faulty_pipe.hpp
      common/base/limits.hpp common/net/tls.hpp common/net/url.hpp common/protocol/token/access_token.hpp common/protocol/token/verifier.hpp)
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES ${header} DESTINATION ${PARLEY_SERVICE_HEADERS}/${folder} COMPONENT parley)
  endforeach()
  install(EXPORT parleyServiceTargets NAMESPACE parley:: DESTINATION ${parley_package_dir} COMPONENT parley)
endif()
install(EXPORT parleyTargets NAMESPACE parley:: DESTINATION ${parley_package_dir} COMPONENT parley)
configure_package_config_file(cmake/parleyConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/parleyConfig.cmake
  INSTALL_DESTINATION ${parley_package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/parleyConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/parleyConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/parleyConfigVersion.cmake
  DESTINATION ${parley_package_dir} COMPONENT parley)

if(PARLEY_BUILD_PROGRAMS)
  install(TARGETS token_server chat_service demo_app
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT parley_programs)
  install(FILES config.example.json config.schema.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/parley COMPONENT parley_programs)
endif()
