#pragma once

#include <string_view>

namespace sandbox {

enum class Motion {
    zoom_in,
    zoom_out,
    pan_left,
    pan_right,
    tilt_up,
    tilt_down,
    rotate_clockwise,
    rotate_counterclockwise,
    orbit_left,
    orbit_right,
};

struct CameraMove {
    Motion motion = Motion::zoom_in;
    int degrees = 0;              // of a rotation, 5 to 360; otherwise 0
    bool found_in_prompt = false; // false: the prompt names no camera move, so a slow push-in stands in

    bool operator==(const CameraMove&) const = default;
};

// The first camera move that the prompt names, with the direction it gives, e.g. "slowly zooming out".
// Whole English words in their usual inflections count; "panorama" is not a pan.
CameraMove choose_camera_move(std::string_view prompt);

// "zoom_in", "pan_left", ...
std::string_view motion_name(Motion motion);

} // namespace sandbox
