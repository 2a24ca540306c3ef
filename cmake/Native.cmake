# Native builds: for each instruction set its own core, reference, tests, tools and benchmarks, never two
# sets in one executable (inline functions of one would be merged with another's by the linker).
include(CheckCXXSourceRuns)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
target_link_libraries(onehead_flags INTERFACE Threads::Threads)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  set(default_isas sse2 avx2 avx512)
else()
  set(default_isas neon)
endif()
set(ONEHEAD_ISAS "${default_isas}" CACHE STRING "Instruction sets to build for")
option(ONEHEAD_TESTS "Build the tests" ON)
option(ONEHEAD_BENCH "Build the benchmarks" OFF)

set(ONEHEAD_FLAGS_sse2 -msse2)
set(ONEHEAD_FLAGS_avx2 -mavx2)
set(ONEHEAD_FLAGS_avx512 -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl)
set(ONEHEAD_FLAGS_neon "")
set(ONEHEAD_PROBE_sse2 "__builtin_cpu_supports(\"sse2\")")
set(ONEHEAD_PROBE_avx2 "__builtin_cpu_supports(\"avx2\")")
set(ONEHEAD_PROBE_avx512 "__builtin_cpu_supports(\"avx512f\") && __builtin_cpu_supports(\"avx512cd\") && __builtin_cpu_supports(\"avx512dq\") && __builtin_cpu_supports(\"avx512bw\") && __builtin_cpu_supports(\"avx512vl\")")
set(ONEHEAD_PROBE_neon "1")

if(ONEHEAD_TESTS OR ONEHEAD_BENCH)
  include(FetchContent)
endif()
if(ONEHEAD_TESTS)
  FetchContent_Declare(googletest
    URL https://github.com/google/googletest/archive/refs/tags/v1.15.2.tar.gz
    FIND_PACKAGE_ARGS NAMES GTest)
  FetchContent_MakeAvailable(googletest)
endif()
if(ONEHEAD_BENCH)
  set(BENCHMARK_ENABLE_TESTING OFF)
  FetchContent_Declare(benchmark
    URL https://github.com/google/benchmark/archive/refs/tags/v1.9.1.tar.gz
    FIND_PACKAGE_ARGS)
  FetchContent_MakeAvailable(benchmark)
endif()

file(GLOB reference_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/reference/*.cpp"
  "${PROJECT_SOURCE_DIR}/tests/synthetic/*.cpp" "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")
file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/cpp/*.cpp")
# The fuzz targets, which a test runs on fixed seeds; tests/fuzz/run.mjs gives them to libFuzzer.
file(GLOB fuzz_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/*.cpp")
list(APPEND test_sources ${fuzz_sources})
file(GLOB tool_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/native/*.cpp")
file(GLOB bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/bench/native/*.cpp")

foreach(isa IN LISTS ONEHEAD_ISAS)
  check_cxx_source_runs("int main() { return (${ONEHEAD_PROBE_${isa}}) ? 0 : 1; }" ONEHEAD_CAN_RUN_${isa})
  onehead_add_library(onehead_core_${isa} "${ONEHEAD_CORE_SOURCES}" ${ONEHEAD_FLAGS_${isa}})
  # Tests and tools include "reference/…" and find their data by ONEHEAD_SOURCE_DIR.
  set(test_definitions "ONEHEAD_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"" "ONEHEAD_ISA=\"${isa}\"")
  onehead_add_library(onehead_reference_${isa} "${reference_sources}" ${ONEHEAD_FLAGS_${isa}})
  target_include_directories(onehead_reference_${isa} PUBLIC "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(onehead_reference_${isa} PRIVATE ${test_definitions})
  target_link_libraries(onehead_reference_${isa} PUBLIC onehead_core_${isa})   # of it, base and format

  if(ONEHEAD_TESTS AND test_sources)
    add_executable(onehead_tests_${isa} ${test_sources})
    target_compile_definitions(onehead_tests_${isa} PRIVATE ${test_definitions})
    # Half the build time; GCC 12 also warns wrongly about std::vector above it.
    target_compile_options(onehead_tests_${isa} PRIVATE $<$<CONFIG:Release>:-O1>)
    target_link_libraries(onehead_tests_${isa} PRIVATE
      onehead_core_${isa} onehead_reference_${isa} GTest::gtest GTest::gtest_main)
    if(ONEHEAD_CAN_RUN_${isa})
      add_test(NAME tests_${isa} COMMAND onehead_tests_${isa})
    else()
      message(STATUS "This processor has no ${isa}: its tests are built, not run")
    endif()
  endif()

  # Each file of tests/native is a program of its own, for suites that are driven from outside.
  foreach(source IN LISTS tool_sources)
    get_filename_component(tool "${source}" NAME_WE)
    add_executable(${tool}_${isa} "${source}")
    target_compile_definitions(${tool}_${isa} PRIVATE ${test_definitions})
    target_link_libraries(${tool}_${isa} PRIVATE onehead_core_${isa} onehead_reference_${isa})
  endforeach()

  if(ONEHEAD_BENCH AND bench_sources)
    add_executable(onehead_bench_${isa} ${bench_sources})
    target_compile_definitions(onehead_bench_${isa} PRIVATE ${test_definitions})
    target_link_libraries(onehead_bench_${isa} PRIVATE
      onehead_core_${isa} onehead_reference_${isa} benchmark::benchmark)
  endif()
endforeach()
