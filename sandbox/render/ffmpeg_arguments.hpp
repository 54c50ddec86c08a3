#pragma once

#include "jobs/camera_motion.hpp"
#include "jobs/video_size.hpp"
#include "render/image_header.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

inline constexpr int frames_per_second = 25;

struct RenderPlan {
    std::string image_path;
    ImageFormat image_format = ImageFormat::jpeg;
    std::string output_path;
    PixelSize size;
    int frames = 0; // at least 2
    CameraMove move;
    std::string_view prompt; // goes into the video's metadata, shortened, and nowhere else
};

// Argument vectors for FFmpeg, the program's name first. No element contains text of a user except the value
// of the video's "comment"; the paths are the sandbox's own.

// One H.264 MP4 without sound; progress is reported on standard output as key=value lines.
std::vector<std::string> render_arguments(const std::string& ffmpeg, const RenderPlan& plan);

// One JPEG of at most 480 pixels a side. It is made first: an image that fails here cannot be decoded.
std::vector<std::string> thumbnail_arguments(const std::string& ffmpeg, const std::string& image_path,
                                             ImageFormat format, const std::string& output_path);

// The image area, at least `frame`, in which a frame that turns from `from` to `to` degrees stays inside.
PixelSize area_for_rotation(PixelSize frame, int from, int to);

} // namespace sandbox
