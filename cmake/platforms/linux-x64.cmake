# The compiler and its headers are the ordinary build's.
include("${CMAKE_CURRENT_LIST_DIR}/glibc.cmake")
link_with_older_glibc(x86_64-linux-gnu)
