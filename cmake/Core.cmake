# What every build of the core has in common: xsimd, warnings, arithmetic flags, sources by layer.

set(ONEHEAD_XSIMD_INCLUDE "" CACHE PATH "Folder that holds xsimd (and nothing else); empty: find or fetch it")
set(ONEHEAD_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")

# Warnings are errors for the compilers that CI runs. Another one may warn of something new, which should not
# keep anybody from building.
set(known_compilers GNU-12 Clang-14 Clang-19)
string(REGEX MATCH "^[0-9]+" compiler_major "${CMAKE_CXX_COMPILER_VERSION}")
if("${CMAKE_CXX_COMPILER_ID}-${compiler_major}" IN_LIST known_compilers)
  set(known_compiler ON)
else()
  set(known_compiler OFF)
endif()
option(ONEHEAD_WERROR "Warnings are errors" ${known_compiler})

add_library(onehead_xsimd INTERFACE)
if(ONEHEAD_XSIMD_INCLUDE)
  target_include_directories(onehead_xsimd SYSTEM INTERFACE "${ONEHEAD_XSIMD_INCLUDE}")
else()
  include(FetchContent)
  FetchContent_Declare(xsimd
    URL https://github.com/xtensor-stack/xsimd/archive/refs/tags/13.2.0.tar.gz
    FIND_PACKAGE_ARGS 13)
  FetchContent_MakeAvailable(xsimd)
  get_target_property(xsimd_include xsimd INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(onehead_xsimd SYSTEM INTERFACE "${xsimd_include}")
endif()

add_library(onehead_flags INTERFACE)
target_link_libraries(onehead_flags INTERFACE onehead_xsimd)
target_include_directories(onehead_flags INTERFACE "${PROJECT_SOURCE_DIR}/cpp")
target_compile_options(onehead_flags INTERFACE
  -ffp-contract=off           # one answer everywhere: no compiler may fuse a multiply with an add
  -Wall -Wextra -Wconversion -Wshadow
  -Wno-sign-conversion        # Clang counts it as part of -Wconversion, GCC does not
  $<$<CXX_COMPILER_ID:GNU>:-Wno-psabi>   # vector arguments never cross a binary's border here
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 reports it wrongly inside std::string
  # GCC 12 reports these inside its own AVX-512 intrinsics; Clang still watches for the real thing.
  "$<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized;-Wno-maybe-uninitialized>"
  $<$<BOOL:${ONEHEAD_WERROR}>:-Werror>)
if(ONEHEAD_SANITIZE)
  target_compile_options(onehead_flags INTERFACE
    -fsanitize=${ONEHEAD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(onehead_flags INTERFACE -fsanitize=${ONEHEAD_SANITIZE})
endif()

set(ONEHEAD_LAYERS base simd kernels format text model runtime)
set(ONEHEAD_CORE_SOURCES)
foreach(layer IN LISTS ONEHEAD_LAYERS)
  file(GLOB layer_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cpp/${layer}/*.cpp")
  list(APPEND ONEHEAD_CORE_SOURCES ${layer_sources})
endforeach()
file(GLOB ONEHEAD_BINDINGS_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cpp/bindings/*.cpp")

# onehead_add_library(name sources flags…): a static library compiled with the common and the given flags.
function(onehead_add_library name sources)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE onehead_flags)
    target_compile_options(${name} INTERFACE ${ARGN})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC onehead_flags)
  target_compile_options(${name} PUBLIC ${ARGN})
endfunction()
