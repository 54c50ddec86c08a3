# embed_text(<target> <namespace> <name>=<file>...)
# Makes `inline constexpr const char <name>[]` of each text file, in the header
# "<target>_embedded.hpp", in C++ namespace <namespace>.
set(EMBED_TEXT_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/EmbedTextScript.cmake")
function(embed_text target namespace)
    set(header "${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}_embedded.hpp")
    set(files)
    foreach(pair IN LISTS ARGN)
        string(REGEX REPLACE "^[^=]*=" "" file "${pair}")
        list(APPEND files "${file}")
    endforeach()
    list(JOIN ARGN "|" pairs)
    add_custom_command(
        OUTPUT "${header}"
        COMMAND ${CMAKE_COMMAND} "-DHEADER=${header}" "-DNAMESPACE=${namespace}" "-DPAIRS=${pairs}"
                -P "${EMBED_TEXT_SCRIPT}"
        DEPENDS ${files} "${EMBED_TEXT_SCRIPT}"
        VERBATIM)
    target_sources(${target} PRIVATE "${header}")
    target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/embedded")
endfunction()
