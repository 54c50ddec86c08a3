#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

// Reads FFmpeg's `-progress` output as it arrives, in pieces of any length.
class RenderProgress {
public:
    explicit RenderProgress(int frames) : frames_(frames) {}

    // Returns whether a frame count was read.
    bool feed(std::string_view bytes);

    double fraction() const; // 0 to 1

    // Seconds left if the rest goes as fast as what was done in `elapsed_seconds`; nothing before the
    // first frame.
    std::optional<double> eta_seconds(double elapsed_seconds) const;

private:
    int frames_;
    int done_ = 0;
    std::string line_;
};

} // namespace sandbox
