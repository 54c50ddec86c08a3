#pragma once

#include "image/plan.hpp"
#include "image/problem.hpp"
#include "image/request.hpp"
#include "image/source.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace image {

// How the tools are found and run.
struct Tools {
    std::string path_variable;                    // where they are looked for
    std::chrono::milliseconds time_limit{30'000}; // for all that is done to one image
    const std::atomic<bool>* cancelled = nullptr; // ends it soon, with a Problem
};

// No request is met by more bytes.
inline constexpr std::uint64_t largest_result = std::uint64_t{64} << 20;

// Throws Problem where its first bytes are not those of an image.
void require_image(const Source& source);

// Of this process's environment.
Tools installed_tools();

struct Prepared {
    std::string bytes;
    Format format = Format::jpeg;
    std::string description;       // as describe()
    std::uint64_t peak_memory = 0; // of the tools, in bytes; for figures
};

// What would be done with the image; decodes nothing but BMP. Both throw Problem, and std::system_error where
// the machine has no room for it.
struct Outlook {
    Facts facts;
    Plan plan;
};
Outlook examine(const Source& source, const Request& request, const Tools& tools);

// The image as it is to be handed over: the file's own bytes, once a tool could decode them, or converted
// ones.
Prepared prepare(const Source& source, const Request& request, const Tools& tools);

} // namespace image
