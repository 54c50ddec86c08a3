#pragma once

#include "base/api_error.hpp"
#include "jobs/camera_motion.hpp"
#include "jobs/generation_request.hpp"
#include "jobs/video_size.hpp"
#include "render/cancel_signal.hpp"
#include "render/image_fetch.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace sandbox {

struct RenderSettings {
    std::string ffmpeg = "ffmpeg";
    std::filesystem::path video_directory; // finished videos: <id>.mp4
    std::filesystem::path work_directory;  // images while they are worked on, and thumbnails: <id>.jpg
    FetchSettings fetch;
    std::chrono::milliseconds timeout{120'000}; // of FFmpeg, per job
};

struct RenderOrder {
    std::string id;
    GenerationRequest request;
    CameraMove move;
};

struct RenderStarted {};
struct ImageRead {
    PixelSize pixels; // of the video to come
};
struct FramesDone {
    double fraction = 0;
    std::optional<double> eta_seconds;
};
struct RenderSucceeded {};
struct RenderCancelled {};

using RenderOutcome = std::variant<RenderSucceeded, ApiError, RenderCancelled>;
using RenderReport = std::variant<ImageRead, FramesDone>;

std::filesystem::path video_path(const RenderSettings& settings, const std::string& id);
std::filesystem::path thumbnail_path(const RenderSettings& settings, const std::string& id);

// Fetches, checks and animates one image. Blocks; a cancel ends it at once. It leaves on disk the video, if
// it succeeds, and perhaps the thumbnail. `report` is called on this thread and must not throw.
RenderOutcome render(const RenderSettings& settings, const RenderOrder& order, const CancelSignal& cancel,
                     const std::function<void(const RenderReport&)>& report);

} // namespace sandbox
