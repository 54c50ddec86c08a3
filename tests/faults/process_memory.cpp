#include "process_memory.hpp"

#include <malloc.h>

#include <fstream>
#include <string>

namespace faults {
namespace {

std::size_t status_kib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":"))
            return std::stoul(line.substr(name.size() + 1));
    return 0;
}

} // namespace

void use_one_arena() {
    ::mallopt(M_ARENA_MAX, 1);
}

std::size_t resident_kib() {
    ::malloc_trim(0);
    return status_kib("VmRSS");
}

std::size_t peak_kib_since_last_call() {
    const auto peak = status_kib("VmHWM");
    std::ofstream("/proc/self/clear_refs") << "5";
    return peak;
}

} // namespace faults
