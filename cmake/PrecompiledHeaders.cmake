# precompile_headers(<target> <header>...)
# Compiles the headers of libraries once for all of a target's files instead of in each: of a file that uses Asio they
# are four fifths of the work. Files go on to include what they use: with WORKFLOW_NODE_PRECOMPILED_HEADERS off they
# compile all the same.
option(WORKFLOW_NODE_PRECOMPILED_HEADERS "Compile the headers of libraries once a target" ON)
function(precompile_headers target)
    if(NOT WORKFLOW_NODE_PRECOMPILED_HEADERS)
        return()
    endif()
    list(TRANSFORM ARGN REPLACE "^(.+)$" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
    target_precompile_headers(${target} PRIVATE ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>") # for ccache
    endif()
endfunction()
