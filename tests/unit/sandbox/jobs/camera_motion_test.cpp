#include "jobs/camera_motion.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace sandbox {
namespace {

struct Case {
    const char* prompt;
    Motion motion;
};
void PrintTo(const Case& named, std::ostream* out) {
    *out << named.prompt;
}

class NamedMove : public testing::TestWithParam<Case> {};

TEST_P(NamedMove, IsFound) {
    const CameraMove move = choose_camera_move(GetParam().prompt);
    EXPECT_EQ(motion_name(move.motion), motion_name(GetParam().motion)) << GetParam().prompt;
    EXPECT_TRUE(move.found_in_prompt);
}

INSTANTIATE_TEST_SUITE_P(
    Prompts, NamedMove,
    testing::Values(Case{"zoom", Motion::zoom_in}, Case{"Slowly ZOOMING in on the face", Motion::zoom_in},
                    Case{"the camera zoomed out slowly", Motion::zoom_out},
                    Case{"zooms slowly out of the window", Motion::zoom_out},
                    Case{"a push in towards the door", Motion::zoom_in},
                    Case{"the camera pulls back", Motion::zoom_out}, Case{"dollying away", Motion::zoom_out},
                    Case{"pan left", Motion::pan_left}, Case{"panning to the right", Motion::pan_right},
                    Case{"a pan", Motion::pan_right}, Case{"left pan", Motion::pan_left},
                    Case{"it panned from left to right", Motion::pan_right},
                    Case{"pans right to left", Motion::pan_left}, Case{"pan up the tower", Motion::tilt_up},
                    Case{"pan left in the morning", Motion::pan_left}, Case{"tilts down", Motion::tilt_down},
                    Case{"tilting", Motion::tilt_up}, Case{"downward tilt", Motion::tilt_down},
                    Case{"Slowly rotating 360 degrees, smooth camera movement, professional product showcase",
                         Motion::rotate_clockwise},
                    Case{"rotate counter-clockwise", Motion::rotate_counterclockwise},
                    Case{"rotation anticlockwise", Motion::rotate_counterclockwise},
                    Case{"spinning to the left", Motion::rotate_counterclockwise},
                    Case{"orbiting around", Motion::orbit_right}, Case{"orbit left", Motion::orbit_left},
                    Case{"orbits clockwise", Motion::orbit_right},
                    Case{"first zoom out, then pan left", Motion::zoom_out},
                    Case{"pan, left alone", Motion::pan_right}));

TEST(CameraMotion, IsASlowPushInWhenThePromptNamesNone) {
    for (const char* const prompt :
         {"", "Clouds moving across sky, trees swaying, water rippling", "Gentle hair movement in breeze",
          "a panorama of the company", "company span", "zoomorphic art", "push the door", "pull the rope",
          "\xC3\xBC-bspin", "\xFF\xFE zoo"}) {
        const CameraMove move = choose_camera_move(prompt);
        EXPECT_EQ(move, CameraMove{}) << prompt;
        EXPECT_EQ(move.motion, Motion::zoom_in);
    }
}

TEST(CameraMotion, ReadsTheAngleOfARotation) {
    EXPECT_EQ(choose_camera_move("rotating 360 degrees").degrees, 360);
    EXPECT_EQ(choose_camera_move("a 90-degree rotation").degrees, 90);
    EXPECT_EQ(choose_camera_move("rotate 45\xC2\xB0 left").degrees, 45);
    EXPECT_EQ(choose_camera_move("rotate 100000 degrees").degrees, 360);
    EXPECT_EQ(choose_camera_move("rotate 1 degree").degrees, 5);
    EXPECT_EQ(choose_camera_move("rotate 0 degrees").degrees, choose_camera_move("rotate").degrees);
    EXPECT_EQ(choose_camera_move("rotate 99999999999999999999 degrees").degrees,
              choose_camera_move("rotate").degrees);
    EXPECT_EQ(choose_camera_move("zoom in at 30 degrees").degrees, 0);
}

} // namespace
} // namespace sandbox
