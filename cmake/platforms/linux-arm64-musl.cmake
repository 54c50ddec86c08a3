include("${CMAKE_CURRENT_LIST_DIR}/musl.cmake")
compile_for_musl(aarch64)
