#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace job_engine {

// A host's struct as this module knows it: what an older host does not have is zero, what a newer one
// has in addition is left out.
template <class Struct>
Struct copy_of_host_struct(const Struct* from_host) {
    Struct copy{};
    std::memcpy(&copy, from_host, std::min<std::size_t>(from_host->struct_size, sizeof(Struct)));
    return copy;
}

} // namespace job_engine
