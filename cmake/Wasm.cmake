# The wasm variants: {simd128, relaxed} × {one thread, threads}. The loader picks one at run time. Output:
# web/src/wasm/onehead-<variant>.wasm (git-ignored). Of Emscripten's scripts beside them only the kernels' benchmark
# makes use: web/src/wasm_module.ts does the little that the package needs.
message(STATUS "Emscripten ${EMSCRIPTEN_VERSION}")

set(wasm_output "${PROJECT_SOURCE_DIR}/web/src/wasm")

set(wasm_compile_flags
  -fno-exceptions             # errors are values; unwinding tables would be a third of the file
  -fno-rtti                   # nothing asks for a type at run time …
  -DEMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0   # … and so Embind must not either
  -mbulk-memory               # memory.copy and memory.fill; every engine with SIMD has them
  -mnontrapping-fptoint       # float to int in one instruction
  -msign-ext)                 # sign extension in one instruction

set(wasm_link_flags
  -lembind                    # the binding table …
  --js-library=${PROJECT_SOURCE_DIR}/cpp/bindings/numbers_only.js   # … and all that is needed of its JavaScript
  -sDYNAMIC_EXECUTION=0       # no eval, which a strict Content-Security-Policy forbids
  -sMODULARIZE                # a factory: nothing happens at import, each model has its own instance
  -sEXPORT_ES6                # ES module output, the only kind the package has
  -sEXPORT_NAME=createOnehead
  -sENVIRONMENT=web,worker    # also runs in Node, Deno and Bun, because the loader passes instantiateWasm;
                              # "node" would add import("module"), on which webpack and esbuild stumble
  -sINCOMING_MODULE_JS_API=instantiateWasm,wasmMemory,print,printErr   # leaves out all other hooks
  -sIMPORTED_MEMORY           # the loader makes it, because it knows whether it is to be shared
  -sFILESYSTEM=0              # the core does no I/O
  -sALLOW_MEMORY_GROWTH       # a model's size is known only from its header …
  -sMAXIMUM_MEMORY=4GB        # … up to what wasm32 can address
  -sMEMORY_GROWTH_LINEAR_STEP=1MB   # takes what was asked for, not a fifth more on top
  -sINITIAL_MEMORY=4MB        # small before a model is loaded
  -sSTACK_SIZE=262144         # kernels keep tiles on the stack (default is 64 KB)
  # Functions stay as LLVM leaves them: merged into their one caller they need more locals than a byte names.
  -sBINARYEN_EXTRA_PASSES=--one-caller-inline-max-function-size=40,--flexible-inline-max-function-size=8,--always-inline-max-function-size=4,--converge
  -lexports.js                # asks for nothing but that imports and exports keep their names
  -sTEXTDECODER=0             # browsers' TextDecoder refuses shared memory; only short texts pass here
  -sMALLOC=emmalloc           # the smallest allocator; nothing is allocated while generating
  -sWASM_BIGINT               # 64-bit integers cross as BigInt, without wrapper functions
  -sMIN_CHROME_VERSION=91 -sMIN_FIREFOX_VERSION=89 -sMIN_SAFARI_VERSION=160400)   # first with SIMD

# Threads are started by web/src/thread_pool.ts: each instantiates the module on the shared memory and enters at
# onehead_thread. Nothing of Emscripten's own threads is used but its thread-safe libraries.
set(threads_compile_flags -matomics)
set(threads_link_flags
  -sWASM_WORKERS              # shared memory, with the libraries that go with it
  -sEXPORTED_FUNCTIONS=_onehead_thread,__emscripten_stack_restore)

# Where no time is spent, size counts: everything above the kernels is optimised for it, and of the kernels the test of
# the engine's dot and the loop that repacks. (A block's own repacking, quant_block, is most of a load's time.)
foreach(layer base format text model runtime bindings)
  file(GLOB small_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cpp/${layer}/*.cpp")
  set_source_files_properties(${small_sources} PROPERTIES COMPILE_OPTIONS -Oz)
endforeach()
set_source_files_properties("${PROJECT_SOURCE_DIR}/cpp/kernels/int_dot.cpp" PROPERTIES COMPILE_OPTIONS -Oz)
set_source_files_properties("${PROJECT_SOURCE_DIR}/cpp/kernels/pack.cpp" PROPERTIES COMPILE_OPTIONS -Os)
# Kernels in batches throughout have only tails for the compiler to vectorise, at which nothing is won.
foreach(kernel activation attention_f32 attention_int8 hadamard kv_tile logit_bound matmul_float quant_block rms_norm
    split_matrix)
  set_source_files_properties("${PROJECT_SOURCE_DIR}/cpp/kernels/${kernel}.cpp" PROPERTIES
    COMPILE_OPTIONS "-fno-vectorize;-fno-slp-vectorize")
endforeach()

# onehead_add_wasm(variant compile_flags link_flags): the first are given to the linker as well.
function(onehead_add_wasm variant compile_flags link_flags)
  onehead_add_library(onehead_core_${variant} "${ONEHEAD_CORE_SOURCES}" ${wasm_compile_flags} ${compile_flags})
  # The compile flags choose among Emscripten's prebuilt libraries (Embind with and without RTTI).
  set(link_flags -O3 ${wasm_compile_flags} ${compile_flags} ${wasm_link_flags} ${link_flags})
  add_executable(onehead-${variant} ${ONEHEAD_BINDINGS_SOURCES})
  target_link_libraries(onehead-${variant} PRIVATE onehead_core_${variant})
  target_link_options(onehead-${variant} PRIVATE ${link_flags})
  set_target_properties(onehead-${variant} PROPERTIES SUFFIX .js RUNTIME_OUTPUT_DIRECTORY "${wasm_output}")
  if(variant MATCHES threads)
    return()
  endif()

  # The kernels alone, for `npm run bench`; built only when asked for.
  add_executable(kernel-bench-${variant} EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/tests/bench/wasm/kernel_bench.cpp")
  target_include_directories(kernel-bench-${variant} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(kernel-bench-${variant} PRIVATE onehead_core_${variant})
  target_link_options(kernel-bench-${variant} PRIVATE ${link_flags})
  set_target_properties(kernel-bench-${variant} PROPERTIES
    SUFFIX .js RUNTIME_OUTPUT_DIRECTORY "${PROJECT_SOURCE_DIR}/build/bench")
endfunction()

if(NOT ONEHEAD_BINDINGS_SOURCES)
  message(WARNING "cpp/bindings has no sources: no wasm is built")
  return()
endif()
set(simd_flags_simd128 -msimd128)
set(simd_flags_relaxed -msimd128 -mrelaxed-simd)   # integer dot products in one instruction
foreach(simd simd128 relaxed)
  onehead_add_wasm(${simd} "${simd_flags_${simd}}" "")
  onehead_add_wasm(${simd}-threads "${simd_flags_${simd}};${threads_compile_flags}" "${threads_link_flags}")
endforeach()
