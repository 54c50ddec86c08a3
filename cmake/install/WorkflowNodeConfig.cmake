# find_package(WorkflowNode): the target WorkflowNode::sdk, the headers of the boundary for hosts and modules, and
# WorkflowNode::module, with what the linker needs for a module.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/WorkflowNodeTargets.cmake")
get_filename_component(WorkflowNode_MODULE_DIR "${CMAKE_CURRENT_LIST_DIR}/../../../lib/workflow_node" ABSOLUTE)
