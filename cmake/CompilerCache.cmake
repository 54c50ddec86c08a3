# A second build of the same sources takes seconds where ccache is installed, in another clone too.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    get_filename_component(repository "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
    set(ccache_launcher "${CMAKE_COMMAND}" -E env
        "CCACHE_BASEDIR=${repository}" CCACHE_NOHASHDIR=1 "${CCACHE_PROGRAM}")
    set(CMAKE_C_COMPILER_LAUNCHER ${ccache_launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_launcher})
endif()
