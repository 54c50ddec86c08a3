# The poll schedule on simulated jobs, run by hand: build/tests/bench/poll_simulation
add_executable(poll_simulation "${CMAKE_CURRENT_LIST_DIR}/poll_simulation.cpp")
target_link_libraries(poll_simulation PRIVATE plugin_nodes)
