# Two packages for Debian: cpack --config build/CPackConfig.cmake -G DEB. workflow-node has the component runtime,
# workflow-node-dev the component dev; debian_* are what Debian wants of every package, and no part of an install.
find_program(GZIP_PROGRAM gzip)
if(NOT GZIP_PROGRAM OR NOT TARGET workflow-node)
    return()
endif()

set(CPACK_PACKAGE_CONTACT "The workflow_node authors <maintainers@workflow-node.invalid>")
set(debian_folder "${PROJECT_BINARY_DIR}/debian")
file(READ LICENSE LICENSE_TEXT)
string(REGEX REPLACE "^.*(Permission is hereby.*[^\n])\n*$" "\\1" LICENSE_TEXT "${LICENSE_TEXT}")
string(REPLACE "\n\n" "\n.\n" LICENSE_TEXT "${LICENSE_TEXT}")
string(REPLACE "\n" "\n " LICENSE_TEXT " ${LICENSE_TEXT}")
foreach(name IN ITEMS copyright changelog workflow-node.1)
    configure_file("cmake/debian/${name}.in" "${debian_folder}/${name}" @ONLY)
endforeach()
foreach(name IN ITEMS changelog workflow-node.1)
    execute_process(COMMAND "${GZIP_PROGRAM}" -9nc "${debian_folder}/${name}"
        OUTPUT_FILE "${debian_folder}/${name}.gz" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
install(FILES "${debian_folder}/workflow-node.1.gz" DESTINATION share/man/man1 COMPONENT runtime)
install(FILES "${debian_folder}/copyright" "${debian_folder}/changelog.gz"
    DESTINATION share/doc/workflow-node COMPONENT debian_runtime EXCLUDE_FROM_ALL)
install(FILES "${debian_folder}/copyright" "${debian_folder}/changelog.gz"
    DESTINATION share/doc/workflow-node-dev COMPONENT debian_dev EXCLUDE_FROM_ALL)

set(CPACK_PACKAGE_NAME workflow-node)
set(CPACK_PACKAGE_VENDOR "The workflow_node authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL runtime debian_runtime dev debian_dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME workflow-node)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "ca-certificates, libvips-tools")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SUGGESTS ffmpeg)
# CPack takes lib/workflow_node for a folder of the dynamic linker, and would call ldconfig, but not where the package
# has scripts of its own. It has none: a name without a file only keeps CPack from writing them.
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_CONTROL_EXTRA "${debian_folder}/none/postinst;${debian_folder}/none/postrm")
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION "runner for workflow nodes, with the node image_to_video
The command workflow-node loads modules of workflow nodes, and runs their
nodes: one, or one for every line of a file. A journal keeps what is paid
for across crashes, so that no job is paid for twice.
.
The module in this package has the node image_to_video, which has PixelML
make a video of an image and a prompt.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME workflow-node-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS "workflow-node, cmake, pkgconf, python3")
set(CPACK_DEBIAN_SDK_DESCRIPTION "headers for hosts and modules of workflow nodes
The C header workflow_node/node.h is the whole boundary between a workflow
engine and a module of nodes; host.hpp is for engines in C++. With them come
a package for Python, a CMake package, a file for pkg-config, and examples in
C, C++, Python and Rust.")

include(CPack)
cpack_add_component(runtime GROUP programs)
cpack_add_component(debian_runtime GROUP programs)
cpack_add_component(dev GROUP sdk)
cpack_add_component(debian_dev GROUP sdk)
