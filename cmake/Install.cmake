# What cmake --install copies. runtime: the module and the command line; dev: what hosts and modules are built with.
# Modules go where node.h's WFN_DEFAULT_PATH has hosts look, which is not Debian's lib/<architecture>.
set(module_folder lib/workflow_node)
set(documentation_folder share/doc/workflow-node)

install(TARGETS pixelml_nodes DESTINATION "${module_folder}" COMPONENT runtime)
install(FILES manifest.json DESTINATION "${module_folder}" COMPONENT runtime)
install(DIRECTORY schemas DESTINATION share/workflow-node COMPONENT runtime)
install(FILES README.md LICENSE DESTINATION "${documentation_folder}" COMPONENT runtime)
if(TARGET workflow-node)
    install(TARGETS workflow-node RUNTIME COMPONENT runtime)
endif()

install(DIRECTORY sdk_headers/workflow_node DESTINATION include COMPONENT dev)
# Not among an interpreter's own packages, which are for every program: who wants it puts this folder on PYTHONPATH.
install(DIRECTORY hosts/python/workflow_node DESTINATION share/workflow-node/python COMPONENT dev
    PATTERN __pycache__ EXCLUDE)
install(DIRECTORY examples DESTINATION "${documentation_folder}" COMPONENT dev PATTERN __pycache__ EXCLUDE)

# The files are the same on every architecture, hence share. All of them find their prefix from where they are.
include(CMakePackageConfigHelpers)
set(package_folder share/cmake/WorkflowNode)
install(TARGETS workflow_node_sdk workflow_node_module EXPORT WorkflowNodeTargets)
install(EXPORT WorkflowNodeTargets NAMESPACE WorkflowNode:: DESTINATION "${package_folder}" COMPONENT dev)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/WorkflowNodeConfigVersion.cmake"
    COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES cmake/install/WorkflowNodeConfig.cmake "${PROJECT_BINARY_DIR}/WorkflowNodeConfigVersion.cmake"
    DESTINATION "${package_folder}" COMPONENT dev)
foreach(name IN ITEMS workflow-node workflow-node-module)
    configure_file(cmake/install/${name}.pc.in "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION share/pkgconfig COMPONENT dev)
endforeach()
