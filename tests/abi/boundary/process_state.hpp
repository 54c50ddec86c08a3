#pragma once

#include <csignal>
#include <set>
#include <string>
#include <vector>

namespace boundary_tests {

// What a guest could change in this process.
std::set<int> thread_ids();
std::set<int> open_descriptors();
std::vector<std::string> environment();
std::vector<void (*)(int)> signal_handlers();
// The signals that the thread blocks; empty where the thread has ended.
std::set<int> blocked_signals(int thread_id);
bool is_mapped(const std::string& file_name);

// musl unloads nothing before the process ends.
#ifdef __GLIBC__
inline constexpr bool dlclose_leaves_mapped = false;
#else
inline constexpr bool dlclose_leaves_mapped = true;
#endif

} // namespace boundary_tests
