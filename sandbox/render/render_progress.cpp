#include "render/render_progress.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace sandbox {
namespace {

constexpr std::string_view frame_key = "frame=";
constexpr std::size_t max_line = 256;

} // namespace

bool RenderProgress::feed(std::string_view bytes) {
    bool read_any = false;
    for (const char c : bytes) {
        if (c != '\n') {
            if (line_.size() < max_line)
                line_.push_back(c);
            continue;
        }
        if (line_.starts_with(frame_key)) {
            const std::string_view digits = trimmed(std::string_view(line_).substr(frame_key.size()));
            int frame = 0;
            const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), frame);
            if (error == std::errc() && rest == digits.data() + digits.size() && frame >= 0) {
                done_ = std::max(done_, std::min(frame, frames_));
                read_any = true;
            }
        }
        line_.clear();
    }
    return read_any;
}

double RenderProgress::fraction() const {
    return static_cast<double>(done_) / frames_;
}

std::optional<double> RenderProgress::eta_seconds(double elapsed_seconds) const {
    if (done_ == 0)
        return std::nullopt;
    return elapsed_seconds * (frames_ - done_) / done_;
}

} // namespace sandbox
