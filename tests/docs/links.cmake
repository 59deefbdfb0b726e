# Relative links of all documents lead to files of the repository.
cmake_minimum_required(VERSION 3.25)
file(GLOB documents ${ROOT}/*.md ${ROOT}/docs/*.md ${ROOT}/docs/adr/*.md)
foreach(document IN LISTS documents)
  cmake_path(GET document PARENT_PATH folder)
  file(READ ${document} text)
  # Brackets and semicolons have a meaning of their own in CMake lists.
  string(REPLACE ";" "," text "${text}")
  string(REPLACE "[" "(" text "${text}")
  string(REPLACE "]" ")" text "${text}")
  # Files have an ending; what a lambda's brackets enclose has none. Links to the web have a colon.
  string(REGEX MATCHALL "\\)\\([A-Za-z0-9_./-]+\\.[a-z]+[)#]" links "${text}")
  foreach(link IN LISTS links)
    string(REGEX REPLACE "^\\)\\((.*)[)#]$" "\\1" target "${link}")
    if(NOT EXISTS ${folder}/${target})
      message(SEND_ERROR "${document}: there is no ${target}")
    endif()
  endforeach()
endforeach()
