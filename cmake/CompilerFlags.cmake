# Warnings, and WORKFLOW_NODE_SANITIZER, for every target made after this.
option(WORKFLOW_NODE_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
add_compile_options(
    -Wall -Wextra -Wpedantic -Wshadow
    "$<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast;-Wnon-virtual-dtor>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    add_compile_options(-Wno-restrict) # false alarms in std::string's operator+, gcc bug 105651
    # False alarms where a coroutine takes its frame from Asio.
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>")
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A coroutine's frame that holds a type of an anonymous namespace: to gcc a unity file is a header.
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>")
endif()
if(WORKFLOW_NODE_WARNINGS_AS_ERRORS)
    add_compile_options(-Werror)
endif()

# Not -O3: a run passes once through much code, so what is smaller is faster (measured: a tenth of the CPU).
string(REPLACE "-O3" "-O2" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

if(WORKFLOW_NODE_SANITIZER)
    add_compile_options(-fsanitize=${WORKFLOW_NODE_SANITIZER} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${WORKFLOW_NODE_SANITIZER})
    # With the vptr check gcc gives Boost's error categories destructors, which the process's exit runs under
    # threads that still use them. Without it they have none.
    add_compile_options(-fno-sanitize=vptr)
    # False alarms in instrumented code; the sanitizers see the real ones. The thread sanitizer does not know
    # the fences that Asio has beside its locks.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
    elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17)
        add_compile_options(-fno-sanitize=function) # cannot be assembled for coroutines
    endif()
endif()
