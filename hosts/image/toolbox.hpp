#pragma once

#include "image/plan.hpp"
#include "image/prepare.hpp"
#include "image/problem.hpp"
#include "image/process.hpp"
#include "image/request.hpp"
#include "image/source.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace image {

enum class Tool { vipsheader, vipsthumbnail, ffmpeg };

// "install ..., with which package where."
std::string install_advice(Tool tool);

// Runs the tools for one image, all within one time limit.
class Toolbox {
public:
    explicit Toolbox(const Tools& tools);

    bool has(Tool tool) const;
    Finished run(Tool tool, std::vector<std::string> arguments, const Source& source,
                 std::size_t most_output);
    // Why it did not succeed.
    Problem failure(Tool tool, const Finished& finished, const Source& source) const;
    // Of an image that needs a tool that is not there, or that cannot read it.
    Problem missing(const Source& source, const Facts& facts, const Request& request) const;
    std::uint64_t peak_memory() const noexcept { return peak_memory_; }

private:
    const Tools& tools_;
    const std::chrono::steady_clock::time_point deadline_;
    std::uint64_t peak_memory_ = 0;
};

} // namespace image
