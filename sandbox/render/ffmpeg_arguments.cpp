#include "render/ffmpeg_arguments.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace sandbox {
namespace {

constexpr std::size_t max_comment = 300;
// Of a strip only the middle is shown: scaled as a whole, one side would round to nothing.
constexpr std::string_view thumbnail_filters =
    "format=rgb24,crop=w='min(iw,ih*8)':h='min(ih,iw*8)',"
    "scale='min(480,iw)':'min(480,ih)':force_original_aspect_ratio=decrease";
constexpr std::string_view title = "PixelML sandbox: a camera move made with FFmpeg, not AI";

std::vector<std::string> common_arguments(const std::string& ffmpeg) {
    return {ffmpeg, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-y"};
}

// The demuxer is fixed and only files may be opened, so that a hostile file cannot pass for a playlist.
void append_input(std::vector<std::string>& arguments, const std::string& path, ImageFormat format) {
    arguments.insert(arguments.end(), {"-protocol_whitelist", "file", "-f",
                                       format == ImageFormat::png ? "png_pipe" : "jpeg_pipe", "-framerate",
                                       std::to_string(frames_per_second), "-i", "file:" + path});
}

// Crops to the wanted aspect ratio before scaling: the other way round, a strip of 50 000:1 would be
// blown up to gigabytes. RGB, because chroma subsampling would round a crop of one pixel to none.
std::string cover(PixelSize area) {
    const std::string width = std::to_string(area.width);
    const std::string height = std::to_string(area.height);
    return "format=rgb24,crop=w='max(1,min(iw,ih*" + width + "/" + height + "))':h='max(1,min(ih,iw*" + height
           + "/" + width + "))',scale=" + width + ":" + height
           + ":flags=lanczos:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p";
}

// From 0 at the first frame to 1 at the last, starting and stopping gently.
std::string eased(std::string_view frame_variable, int frames) {
    return "(1-cos(PI*" + std::string(frame_variable) + "/" + std::to_string(frames - 1) + "))/2";
}

// The part of the image that fills the frame, in fractions of the image, as FFmpeg expressions.
struct View {
    std::string centre_x = "0.5";
    std::string centre_y = "0.5";
    std::string half = "0.5";   // half of the view's width and height
    std::string keystone = "0"; // > 0: the left edge sees more than the right one, as from an angle
};

View view_of(Motion motion, int frames) {
    const std::string e = eased("on", frames);
    switch (motion) {
    case Motion::zoom_in:
        return {"0.5", "0.5", "(0.5-0.11*" + e + ")", "0"};
    case Motion::zoom_out:
        return {"0.5", "0.5", "(0.39+0.11*" + e + ")", "0"};
    case Motion::pan_left:
        return {"(0.6-0.2*" + e + ")", "0.5", "0.4", "0"};
    case Motion::pan_right:
        return {"(0.4+0.2*" + e + ")", "0.5", "0.4", "0"};
    case Motion::tilt_up:
        return {"0.5", "(0.6-0.2*" + e + ")", "0.4", "0"};
    case Motion::tilt_down:
        return {"0.5", "(0.4+0.2*" + e + ")", "0.4", "0"};
    case Motion::orbit_left:
        return {"(0.59-0.18*" + e + ")", "0.5", "0.41", "(0.36*" + e + "-0.18)"};
    case Motion::orbit_right:
        return {"(0.41+0.18*" + e + ")", "0.5", "0.41", "(0.18-0.36*" + e + ")"};
    case Motion::rotate_clockwise:
    case Motion::rotate_counterclockwise:
        break; // made with another filter
    }
    return {};
}

// `perspective` samples between pixels; `zoompan` and `crop` would jump by whole ones.
std::string perspective(const View& view) {
    const auto x = [&](char sign) { return "'W*(" + view.centre_x + sign + view.half + ")'"; };
    const auto y = [&](char sign, char edge) {
        return "'H*(" + view.centre_y + sign + view.half + "*(1" + edge + view.keystone + "))'";
    };
    return "perspective=eval=frame:sense=source:interpolation=cubic:x0=" + x('-') + ":y0=" + y('-', '+')
           + ":x1=" + x('+') + ":y1=" + y('-', '-') + ":x2=" + x('-') + ":y2=" + y('+', '+') + ":x3=" + x('+')
           + ":y3=" + y('+', '-');
}

std::string repeat_image() {
    return ",loop=loop=-1:size=1,setpts=N/" + std::to_string(frames_per_second) + "/TB,";
}

std::string rotation_filters(const RenderPlan& plan) {
    // A turn of less than half a circle swings evenly around the upright position.
    const int degrees = plan.move.degrees;
    const int from = degrees < 180 ? -degrees / 2 : 0;
    const char* const sign = plan.move.motion == Motion::rotate_clockwise ? "" : "-";
    return cover(area_for_rotation(plan.size, from, from + degrees)) + repeat_image() + "rotate=a='" + sign
           + "PI/180*(" + std::to_string(from) + "+" + std::to_string(degrees) + "*" + eased("n", plan.frames)
           + ")':ow=" + std::to_string(plan.size.width) + ":oh=" + std::to_string(plan.size.height);
}

std::string filters(const RenderPlan& plan) {
    if (plan.move.motion == Motion::rotate_clockwise || plan.move.motion == Motion::rotate_counterclockwise)
        return rotation_filters(plan);
    return cover(plan.size) + repeat_image() + perspective(view_of(plan.move.motion, plan.frames));
}

} // namespace

PixelSize area_for_rotation(PixelSize frame, int from, int to) {
    double width = frame.width;
    double height = frame.height;
    for (int degrees = from; degrees <= to; ++degrees) {
        const double angle = degrees * std::numbers::pi / 180;
        const double cosine = std::abs(std::cos(angle));
        const double sine = std::abs(std::sin(angle));
        width = std::max(width, frame.width * cosine + frame.height * sine);
        height = std::max(height, frame.width * sine + frame.height * cosine);
    }
    // Even, and with a margin for the angles between whole degrees and for interpolation.
    const auto padded = [](double length) { return (static_cast<int>(std::ceil(length)) / 2 + 3) * 2; };
    return {padded(width), padded(height)};
}

std::vector<std::string> render_arguments(const std::string& ffmpeg, const RenderPlan& plan) {
    auto arguments = common_arguments(ffmpeg);
    arguments.insert(arguments.end(), {"-progress", "pipe:1", "-stats_period", "0.25"});
    append_input(arguments, plan.image_path, plan.image_format);
    arguments.insert(
        arguments.end(),
        {"-vf",
         filters(plan),
         "-frames:v",
         std::to_string(plan.frames),
         "-r",
         std::to_string(frames_per_second),
         "-an",
         "-c:v",
         "libx264",
         "-preset",
         "veryfast",
         "-crf",
         "20",
         "-g",
         std::to_string(frames_per_second), // a key frame a second: players can seek
         "-pix_fmt",
         "yuv420p",
         "-colorspace",
         "bt709",
         "-color_primaries",
         "bt709",
         "-color_trc",
         "bt709",
         "-map_metadata",
         "-1",
         "-metadata",
         "title=" + std::string(title),
         "-metadata",
         "comment=Rendered locally by pixelml-sandbox. Prompt: " + printable(plan.prompt, max_comment),
         "-movflags",
         "+faststart",
         "-f",
         "mp4",
         "file:" + plan.output_path});
    return arguments;
}

std::vector<std::string> thumbnail_arguments(const std::string& ffmpeg, const std::string& image_path,
                                             ImageFormat format, const std::string& output_path) {
    auto arguments = common_arguments(ffmpeg);
    append_input(arguments, image_path, format);
    arguments.insert(arguments.end(),
                     {"-vf", std::string(thumbnail_filters), "-frames:v", "1", "-map_metadata", "-1", "-q:v",
                      "4", "-c:v", "mjpeg", "-f", "image2", "-update", "1", "file:" + output_path});
    return arguments;
}

} // namespace sandbox
