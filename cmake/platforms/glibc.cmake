# For the files linux-*.cmake: modules that need no newer glibc than 2.28, which Node.js needs itself. They are linked with
# Debian 11's C library, in the folder WORKFLOW_NODE_SYSROOT that cmake/platforms/prepare has made.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WORKFLOW_NODE_SYSROOT)

macro(link_with_older_glibc triplet)
    set(libraries "${WORKFLOW_NODE_SYSROOT}/usr/lib/${triplet}")
    foreach(kind IN ITEMS EXE MODULE SHARED)
        # gcc looks into its own folders before those of --sysroot, but not before those of -L.
        set(CMAKE_${kind}_LINKER_FLAGS_INIT
            "-Wl,--wrap=log --sysroot=${WORKFLOW_NODE_SYSROOT} -L${libraries} -L${WORKFLOW_NODE_SYSROOT}/lib/${triplet}")
    endforeach()
    # What starts a program has to be of the same C library: with that of a newer one, no constructor of a static object runs.
    string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -B${libraries}")
    set(CMAKE_CXX_STANDARD_LIBRARIES "-static-libstdc++ ${WORKFLOW_NODE_SYSROOT}/older_glibc.o -ldl -lpthread")
    set(OPENSSL_STATIC_SSL "${libraries}/libssl.a" CACHE FILEPATH "")
    set(OPENSSL_STATIC_CRYPTO "${libraries}/libcrypto.a" CACHE FILEPATH "")
endmacro()
