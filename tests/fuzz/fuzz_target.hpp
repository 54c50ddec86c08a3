#pragma once

#include "module/definitions.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// What libFuzzer calls, over and over, with bytes that it makes up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace job_engine::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// A property that does not hold is a finding.
inline void require(bool holds) {
    if (!holds)
        std::abort();
}

inline const Definitions& definitions() {
    static const auto all = shared_definitions();
    return *all;
}

inline const NodeDefinition& image_to_video() {
    return *definitions().nodes.front();
}

} // namespace job_engine::fuzz
