#include "child_process.hpp"
#include "decoded_image.hpp"
#include "image/prepare.hpp"
#include "test_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

namespace {

using image::Problem;
using image::Request;
using testing::HasSubstr;
using testing::StartsWith;

const Request jpeg{{"image/jpeg"}, 10 << 20, 4096};

struct Told {
    Problem::Kind kind;
    std::string text;
};

Told problem_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Problem& problem) {
        return {problem.kind(), problem.what()};
    }
    ADD_FAILURE() << "no problem";
    return {};
}

class Hostile : public testing::Test {
protected:
    Told problem_of_file(const std::string& path, const image::Tools& tools = image::installed_tools()) {
        return problem_of([&] { image::prepare(image::Source::open(path), jpeg, tools); });
    }
    std::string made(const std::string& name) {
        test_support::output_of({MAKE_IMAGE_FILES, directory_.path().string(), name});
        return (directory_.path() / name).string();
    }
    // A folder whose tools are shell scripts; what they need is found where this one's PATH says.
    image::Tools tools_that(const std::string& header_script, const std::string& thumbnail_script) {
        const auto folder = directory_.path() / "tools";
        std::filesystem::create_directory(folder);
        for (const auto& [name, script] :
             {std::pair{"vipsheader", header_script}, {"vipsthumbnail", thumbnail_script}}) {
            const std::string file = directory_.write("tools/" + std::string(name), "#!/bin/sh\n" + script);
            std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        }
        image::Tools tools{folder.string() + ":/usr/bin:/bin"};
        tools.time_limit = std::chrono::milliseconds(1500);
        return tools;
    }

    const std::string sound_header = "printf 'width: 40\\nheight: 30\\nbands: 3\\nformat: uchar\\n"
                                     "interpretation: srgb\\norientation: 6\\n'\n";
    test_support::TestDirectory directory_;
};

TEST_F(Hostile, ABombIsRefusedByItsHeader) {
    const Told told = problem_of_file(made("bomb.png"));
    EXPECT_EQ(told.kind, Problem::Kind::refused);
    EXPECT_THAT(told.text, StartsWith("bomb.png has 100000 x 100000 pixels, which is too many"));
}

TEST_F(Hostile, WhatIsNoRegularFileIsNotRead) {
    const std::string fifo = (directory_.path() / "fifo.jpg").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(problem_of_file(fifo).text, "fifo.jpg is not a file on a disk; save the image to one first.");
    EXPECT_EQ(problem_of_file("/dev/zero").text,
              "zero is not a file on a disk; save the image to one first.");
    EXPECT_THAT(problem_of_file(directory_.path().string()).text, HasSubstr("is a directory"));
    EXPECT_THAT(problem_of_file(directory_.write("empty.jpg", "")).text, HasSubstr("is empty"));
    EXPECT_THAT(problem_of_file("/nowhere/photo.jpg").text,
                HasSubstr("There is no file photo.jpg (/nowhere/photo.jpg)"));
}

TEST_F(Hostile, WhatIsNoImageIsNamed) {
    const std::string supported = "; give a file that is JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP.";
    EXPECT_EQ(problem_of_file(directory_.write("photo.txt", "hello")).text,
              "photo.txt is not an image" + supported);
    EXPECT_EQ(problem_of_file(directory_.write("photo.jpg", "%PDF-1.4\n")).text,
              "photo.jpg is a PDF document" + supported);
    const Told told = problem_of_file(directory_.write(
        "drawing.jpg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>"));
    EXPECT_EQ(told.text, "drawing.jpg is an SVG drawing" + supported);
    EXPECT_EQ(told.kind, Problem::Kind::not_an_image);
}

TEST_F(Hostile, FirstBytesAloneMakeNoImage) {
    for (const char* begin : {"\xFF\xD8\xFF\xE0", "\x89PNG\r\n\x1A\n", "GIF89a", "RIFF1234WEBP", "II*"}) {
        std::string bytes = begin;
        bytes.resize(4000);
        const Told told = problem_of_file(directory_.write("junk.jpg", bytes));
        EXPECT_EQ(told.kind, Problem::Kind::damaged) << begin;
        EXPECT_THAT(told.text, StartsWith("junk.jpg is damaged")) << begin;
    }
}

TEST_F(Hostile, NamesDoNotReachTheTools) {
    const std::string image = made("exif6.jpg");
    for (const std::string name :
         {"-o.jpg", "--version", "a b'\"$(id).jpg", "x.jpg[page=2]", "new\nline.jpg"}) {
        const auto path = directory_.path() / name;
        std::filesystem::copy_file(image, path);
        const image::Prepared prepared =
            image::prepare(image::Source::open(path.string()), jpeg, image::installed_tools());
        EXPECT_EQ(image_test::decode(prepared.bytes).corners(), "red green blue white") << name;
    }
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(directory_.path());
    EXPECT_NO_THROW(image::prepare(image::Source::open("-o.jpg"), jpeg, image::installed_tools()));
    std::filesystem::current_path(before);
}

TEST_F(Hostile, NamesInSentencesAreOneShortLine) {
    EXPECT_THAT(problem_of_file("/nowhere/new\nline\x1B[31m").text,
                "There is no file new?line?[31m (/nowhere/new?line?[31m).");
    EXPECT_THAT(problem_of_file(directory_.write(std::string(200, 'x'), "hello")).text,
                StartsWith(std::string(80, 'x') + "... is not an image"));
}

// A zombie, for which nobody has waited yet, does not.
bool runs(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    return !text.empty() && text.find(") Z ") == std::string::npos;
}

TEST_F(Hostile, AToolThatHangsIsEndedWithWhatItStarted) {
    const std::string image = made("photo.jpg");
    const std::string pid_file = (directory_.path() / "pid").string();
    const auto tools = tools_that(sound_header, "sleep 1000 & echo $! > '" + pid_file + "'; wait\n");
    const Told told = problem_of_file(image, tools);
    EXPECT_EQ(told.kind, Problem::Kind::failed);
    EXPECT_EQ(told.text, "vipsthumbnail did not finish with photo.jpg within 1 s; shrink the image first.");
    std::ifstream stream(pid_file);
    pid_t sleeper = 0;
    ASSERT_TRUE(stream >> sleeper);
    // A busy machine takes its time to end what is killed.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (runs(sleeper) && std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_FALSE(runs(sleeper));
}

TEST_F(Hostile, AToolThatClosesItsOutputAndHangsIsEnded) {
    const Told told = problem_of_file(
        made("photo.jpg"), tools_that(sound_header, "exec >/dev/null 2>/dev/null </dev/null; sleep 1000\n"));
    EXPECT_THAT(told.text, StartsWith("vipsthumbnail did not finish with photo.jpg"));
}

TEST_F(Hostile, AToolThatPrintsWithoutEndIsEnded) {
    const std::string image = made("photo.jpg");
    EXPECT_THAT(problem_of_file(image, tools_that(sound_header, "exec cat /dev/zero\n")).text,
                StartsWith("photo.jpg cannot be made as small as 10.0 MiB"));
    EXPECT_THAT(problem_of_file(image, tools_that("exec cat /dev/zero\n", "")).text,
                StartsWith("vipsheader writes more of photo.jpg than is taken"));
    EXPECT_THAT(problem_of_file(image, tools_that(sound_header, "exec cat /dev/zero >&2\n")).text,
                StartsWith("vipsthumbnail did not finish with photo.jpg"));
}

TEST_F(Hostile, AToolThatIsKilledIsNamed) {
    EXPECT_THAT(problem_of_file(made("photo.jpg"), tools_that(sound_header, "kill -9 $$\n")).text,
                StartsWith("vipsthumbnail was ended by signal 9 while it read photo.jpg"));
}

TEST_F(Hostile, AToolThatCannotBeRunIsNamed) {
    const auto tools = tools_that(sound_header, "");
    directory_.write("tools/vipsthumbnail", "#!/nowhere/sh\n");
    EXPECT_THAT(problem_of_file(made("photo.jpg"), tools).text,
                StartsWith("vipsthumbnail cannot be started: No such file or directory"));
}

TEST_F(Hostile, AToolThatSaysNothingOrNonsenseIsNoHeader) {
    const std::string image = made("photo.jpg");
    EXPECT_EQ(problem_of_file(image, tools_that("exit 0\n", "")).kind, Problem::Kind::failed);
    EXPECT_EQ(problem_of_file(image, tools_that("exit 1\n", "")).text,
              "photo.jpg is damaged. Export or download it again.");
}

TEST_F(Hostile, AToolSeesNoSecretOfTheEnvironment) {
    ::setenv("PIXELML_API_KEY", "a-secret", 1);
    const std::string seen = (directory_.path() / "seen").string();
    problem_of_file(made("photo.jpg"),
                    tools_that("env > '" + seen + "'\nulimit -v >> '" + seen + "'\nexit 1\n", ""));
    ::unsetenv("PIXELML_API_KEY");
    std::ifstream stream(seen);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_THAT(text, HasSubstr("VIPS_BLOCK_UNTRUSTED=1"));
    EXPECT_THAT(text, HasSubstr("2097152\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("PIXELML")));
    EXPECT_THAT(text, testing::Not(HasSubstr("HOME=")));
}

TEST_F(Hostile, AConversionCanBeCancelled) {
    auto tools = tools_that(sound_header, "sleep 1000\n");
    tools.time_limit = std::chrono::minutes(5);
    std::atomic<bool> cancelled = true;
    tools.cancelled = &cancelled;
    EXPECT_EQ(problem_of_file(made("photo.jpg"), tools).text, "The preparation of photo.jpg was cancelled.");
}

TEST_F(Hostile, WithoutToolsAFileGoesAsItIsOrTheirPackageIsNamed) {
    const image::Tools none{(directory_.path() / "nowhere").string()};
    const image::Source source = image::Source::open(made("exif6.jpg"));
    EXPECT_EQ(image::prepare(source, jpeg, none).bytes.size(), source.size());
    const Told told = problem_of_file(made("photo.heic"), none);
    EXPECT_EQ(told.kind, Problem::Kind::no_tool);
    EXPECT_EQ(told.text,
              "photo.heic is HEIC, which is not taken. To have it converted, install libvips' programs: "
              "libvips-tools on Debian and Ubuntu, vips-tools on Alpine, vips with Homebrew.");
    EXPECT_EQ(problem_of_file(made("photo.bmp"), none).text,
              "photo.bmp is BMP, which is not taken. To have it converted, install ffmpeg.");
    EXPECT_THAT(
        problem_of([&] {
            image::prepare(source, {{"image/jpeg"}, 1000, 0}, none);
        }).text,
        StartsWith("exif6.jpg has 4.0 KiB, and at most 1000 bytes is taken. To have it converted, install"));
}

TEST_F(Hostile, AnEmptyPathIsToldSo) {
    EXPECT_EQ(problem_of_file("").text, "There is no file: its path is empty.");
}

TEST_F(Hostile, AProcessThatIgnoresItsChildrenIsToldSo) {
    const std::string file = made("photo.jpg");
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    const auto [kind, text] = problem_of_file(file);
    ::signal(SIGCHLD, before);
    EXPECT_EQ(kind, Problem::Kind::failed);
    EXPECT_THAT(text, HasSubstr("the process that started it ignores SIGCHLD"));
}

} // namespace
