# README.md's C++ block must be examples/hello_channel.cpp, byte for byte.
cmake_minimum_required(VERSION 3.25)
file(READ ${ROOT}/README.md readme)
file(READ ${ROOT}/examples/hello_channel.cpp program)
string(FIND "${readme}" "```cpp\n${program}```\n" at)
if(at EQUAL -1)
  message(FATAL_ERROR "README.md: the ```cpp block differs from examples/hello_channel.cpp; copy the file there")
endif()
