# For the files linux-*-musl.cmake: modules that need musl's libc.so alone. They are compiled by clang against the folder
# WORKFLOW_NODE_SYSROOT that cmake/platforms/prepare has made: musl, and libc++ and OpenSSL to link in.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WORKFLOW_NODE_SYSROOT)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_SYSROOT "${WORKFLOW_NODE_SYSROOT}")
foreach(kind IN ITEMS LIBRARY INCLUDE PACKAGE)
    set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()

macro(compile_for_musl machine)
    set(CMAKE_SYSTEM_PROCESSOR ${machine})
    set(CMAKE_C_COMPILER_TARGET ${machine}-linux-musl)
    set(CMAKE_CXX_COMPILER_TARGET ${machine}-linux-musl)
    # Names of files get into texts, clang's also of lambdas: without what is different on each machine.
    set(CMAKE_C_FLAGS_INIT "-ffile-prefix-map=${WORKFLOW_NODE_SYSROOT}= -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
    if(${machine} STREQUAL aarch64)
        # libgcc's atomic operations ask glibc which of them the processor has.
        string(APPEND CMAKE_C_FLAGS_INIT " -mno-outline-atomics")
    endif()
    # Not the libc++ that may be installed beside clang.
    set(CMAKE_CXX_FLAGS_INIT
        "${CMAKE_C_FLAGS_INIT} -nostdinc++ -isystem ${WORKFLOW_NODE_SYSROOT}/usr/include/c++/v1")
    foreach(kind IN ITEMS EXE MODULE SHARED)
        set(CMAKE_${kind}_LINKER_FLAGS_INIT
            "-fuse-ld=lld -Wl,--build-id=sha1 -Wl,--wrap=pthread_create -B${WORKFLOW_NODE_SYSROOT}/usr/lib -rtlib=libgcc -unwindlib=none -nostdlib++")
    endforeach()
    set(CMAKE_C_STANDARD_LIBRARIES "${WORKFLOW_NODE_SYSROOT}/musl_threads.o")
    set(CMAKE_CXX_STANDARD_LIBRARIES "${WORKFLOW_NODE_SYSROOT}/musl_threads.o -lc++ -lc++abi -lunwind")
endmacro()
