#include "render/renderer.hpp"

#include "base/text.hpp"
#include "render/ffmpeg_arguments.hpp"
#include "render/image_header.hpp"
#include "render/process.hpp"
#include "render/render_progress.hpp"

#include <cstdint>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace sandbox {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t max_pixels = 50'000'000;
constexpr int pixel_m_seconds = 5;
constexpr int pixel_s_seconds = 4;

class TemporaryFile {
public:
    explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
    ~TemporaryFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

std::variant<ImageHeader, ApiError> check_image(const std::vector<std::uint8_t>& bytes) {
    if (!recognise_format(bytes))
        return ApiError{"unsupported_image_format", "The file is neither a JPEG nor a PNG image."};
    const auto header = read_image_header(bytes);
    if (!header)
        return ApiError{"unsupported_image_format", "The image file is damaged: it states no size."};
    if (std::int64_t{header->size.width} * header->size.height > max_pixels) {
        return ApiError{"image_too_large", "The image has " + std::to_string(header->size.width) + " x "
                                               + std::to_string(header->size.height)
                                               + " pixels; at most 50 million are accepted."};
    }
    return *header;
}

std::optional<ApiError> write_file(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
    std::ofstream file(path, std::ios::binary);
    // The standard's way to write bytes through a stream of char.
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
        return ApiError{"generation_failed",
                        "The sandbox cannot write to its work directory; is the disk full?"};
    }
    return std::nullopt;
}

std::string last_line(std::string_view text) {
    constexpr std::size_t max_bytes = 300;
    text = trimmed(text);
    const std::size_t end = text.rfind('\n');
    return printable(end == std::string_view::npos ? text : text.substr(end + 1), max_bytes);
}

RenderOutcome outcome_of(const ProcessResult& result, const RenderSettings& settings,
                         const std::string& error_code, const std::string& what_failed) {
    switch (result.end) {
    case ProcessResult::End::cancelled:
        return RenderCancelled{};
    case ProcessResult::End::timed_out:
        return ApiError{"processing_timeout", "The render took longer than the limit of "
                                                  + std::to_string(settings.timeout.count()) + " ms."};
    case ProcessResult::End::not_started:
        return ApiError{"generation_failed", "FFmpeg could not be started: " + result.error_text + "."};
    case ProcessResult::End::signalled:
        return ApiError{"generation_failed", "FFmpeg was ended by a signal."};
    case ProcessResult::End::exited:
        break;
    }
    if (result.exit_code != 0)
        return ApiError{error_code, what_failed + ": " + last_line(result.error_text)};
    return RenderSucceeded{};
}

RenderPlan plan_for(const RenderOrder& order, const ImageHeader& header) {
    RenderPlan plan;
    plan.image_format = header.format;
    plan.move = order.move;
    plan.prompt = order.request.prompt;
    const bool pixel_s = order.request.model == Model::pixel_s;
    plan.size = pixel_s ? pixel_s_size(header.size) : find_named_size(order.request.size).value();
    plan.frames = frames_per_second * (pixel_s ? pixel_s_seconds : pixel_m_seconds);
    return plan;
}

RenderOutcome render_video(const RenderSettings& settings, const RenderPlan& plan, const CancelSignal& cancel,
                           const std::function<void(const RenderReport&)>& report) {
    const auto begin = Clock::now();
    RenderProgress progress(plan.frames);
    const auto on_output = [&](std::string_view piece) {
        if (progress.feed(piece)) {
            const std::chrono::duration<double> elapsed = Clock::now() - begin;
            report(FramesDone{progress.fraction(), progress.eta_seconds(elapsed.count())});
        }
    };
    const auto result =
        run_process(render_arguments(settings.ffmpeg, plan), settings.timeout, cancel, on_output);
    return outcome_of(result, settings, "generation_failed", "FFmpeg could not render the video");
}

} // namespace

fs::path video_path(const RenderSettings& settings, const std::string& id) {
    return settings.video_directory / (id + ".mp4");
}

fs::path thumbnail_path(const RenderSettings& settings, const std::string& id) {
    return settings.work_directory / (id + ".jpg");
}

RenderOutcome render(const RenderSettings& settings, const RenderOrder& order, const CancelSignal& cancel,
                     const std::function<void(const RenderReport&)>& report) {
    auto fetched = fetch_image(order.request.image, settings.fetch, cancel);
    if (auto* const error = std::get_if<ApiError>(&fetched))
        return std::move(*error);
    if (std::holds_alternative<FetchCancelled>(fetched))
        return RenderCancelled{};
    const auto bytes = std::get<std::vector<std::uint8_t>>(std::move(fetched));
    const auto checked = check_image(bytes);
    if (const auto* const error = std::get_if<ApiError>(&checked))
        return *error;
    const TemporaryFile image(settings.work_directory / (order.id + ".image"));
    if (auto error = write_file(image.path(), bytes))
        return std::move(*error);

    RenderPlan plan = plan_for(order, std::get<ImageHeader>(checked));
    plan.image_path = image.path();
    const auto thumbnail =
        run_process(thumbnail_arguments(settings.ffmpeg, plan.image_path, plan.image_format,
                                        thumbnail_path(settings, order.id)),
                    settings.timeout, cancel, [](std::string_view) {});
    auto outcome =
        outcome_of(thumbnail, settings, "unsupported_image_format", "The image could not be decoded");
    if (!std::holds_alternative<RenderSucceeded>(outcome))
        return outcome;
    report(ImageRead{plan.size});

    // Under another name until it is whole, and in the same file system, so that a rename publishes it.
    const TemporaryFile partial(settings.video_directory / ("." + order.id + ".part"));
    plan.output_path = partial.path();
    outcome = render_video(settings, plan, cancel, report);
    if (!std::holds_alternative<RenderSucceeded>(outcome))
        return outcome;
    std::error_code error;
    fs::rename(partial.path(), video_path(settings, order.id), error);
    if (error)
        return ApiError{"generation_failed", "The video could not be stored: " + error.message() + "."};
    return RenderSucceeded{};
}

} // namespace sandbox
