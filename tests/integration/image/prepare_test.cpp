#include "child_process.hpp"
#include "decoded_image.hpp"
#include "image/prepare.hpp"
#include "test_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>

namespace {

using image::Format;
using image::Problem;
using image::Request;
using image_test::decode;
using image_test::DecodedImage;
using testing::HasSubstr;

const char upright[] = "red green blue white";
const Request jpeg_or_png{{"image/jpeg", "image/png"}, 10 << 20, 4096};

class ImageFiles : public testing::Test {
protected:
    // Each is made once, when a test asks for it.
    static std::string file(const std::string& name) {
        const std::string path = (files().path() / name).string();
        if (!std::filesystem::exists(path))
            test_support::output_of({MAKE_IMAGE_FILES, files().path().string(), name});
        return path;
    }
    static std::string content(const std::string& name) {
        std::ifstream stream(file(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    static image::Prepared prepare(const std::string& name, const Request& request = jpeg_or_png) {
        return image::prepare(image::Source::open(file(name)), request, image::installed_tools());
    }
    static std::string outlook(const std::string& name, const Request& request = jpeg_or_png) {
        const image::Outlook outlook =
            image::examine(image::Source::open(file(name)), request, image::installed_tools());
        return describe(outlook.facts, outlook.plan);
    }

private:
    static const test_support::TestDirectory& files() {
        static const test_support::TestDirectory directory;
        return directory;
    }
};

struct Kind {
    const char* file;
    const char* outlook;
};

void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.file;
}

class Converted : public ImageFiles, public testing::WithParamInterface<Kind> {};

TEST_P(Converted, IsAnUprightJpegWithoutMetadata) {
    const Kind& kind = GetParam();
    const std::string told = outlook(kind.file); // with the file's size, which the tools' versions decide on
    EXPECT_EQ(told.substr(0, told.rfind(',', told.find(':'))) + told.substr(told.find(':')), kind.outlook);
    const image::Prepared prepared = prepare(kind.file);
    EXPECT_EQ(prepared.format, Format::jpeg);
    EXPECT_EQ(prepared.bytes.substr(0, 2), "\xFF\xD8");
    EXPECT_EQ(prepared.bytes.find("Exif"), std::string::npos);
    const DecodedImage image = decode(prepared.bytes);
    EXPECT_EQ(image.corners(), upright);
    EXPECT_EQ(image.width, 640);
    EXPECT_EQ(image.height, 480);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Converted,
    testing::Values(Kind{"cmyk.jpg", "JPEG, 640 x 480: converted to JPEG, from CMYK to sRGB"},
                    Kind{"exif2.jpg", "JPEG, 640 x 480: converted to JPEG, turned upright"},
                    Kind{"exif3.jpg", "JPEG, 640 x 480: converted to JPEG, turned upright"},
                    Kind{"exif4.jpg", "JPEG, 640 x 480: converted to JPEG, turned upright"},
                    Kind{"exif5.jpg", "JPEG, 480 x 640: converted to JPEG, turned upright"},
                    Kind{"exif6.jpg", "JPEG, 480 x 640: converted to JPEG, turned upright"},
                    Kind{"exif7.jpg", "JPEG, 480 x 640: converted to JPEG, turned upright"},
                    Kind{"exif8.jpg", "JPEG, 480 x 640: converted to JPEG, turned upright"},
                    Kind{"place.jpg",
                         "JPEG, 640 x 480: converted to JPEG, without the place where it was taken"},
                    Kind{"wide_gamut.jpg", "JPEG, 640 x 480: converted to JPEG, its colours brought to sRGB"},
                    Kind{"alpha.png", "PNG, 640 x 480: converted to JPEG, what is transparent made white"},
                    Kind{"deep.png", "PNG, 640 x 480: converted to JPEG, to 8 bits for each colour"},
                    Kind{"photo.webp", "WebP, 640 x 480: converted to JPEG"},
                    Kind{"animated.webp", "WebP, 640 x 480: converted to JPEG, the first of 2 frames"},
                    Kind{"photo.heic", "HEIC, 640 x 480: converted to JPEG"},
                    Kind{"photo.avif", "AVIF, 640 x 480: converted to JPEG"},
                    Kind{"photo.gif", "GIF, 640 x 480: converted to JPEG, what is transparent made white"},
                    Kind{"animated.gif", "GIF, 640 x 480: converted to JPEG, the first of 3 frames, what is "
                                         "transparent made white"},
                    Kind{"photo.tiff", "TIFF, 640 x 480: converted to JPEG"},
                    Kind{"photo.bmp", "BMP, 640 x 480: converted to JPEG"}),
    [](const auto& tested) {
        std::string name = tested.param.file;
        name[name.find('.')] = '_';
        return name;
    });

TEST_F(ImageFiles, AreKeptAsTheyAreWhereNothingHasToChange) {
    for (const char* name : {"photo.jpg", "exif1.jpg", "photo.png"}) {
        EXPECT_EQ(prepare(name).bytes, content(name)) << name;
        EXPECT_THAT(outlook(name), HasSubstr(": as it is")) << name;
    }
    EXPECT_EQ(prepare("photo.heic", {{"image/heic"}, 0, 0}).bytes, content("photo.heic"));
    EXPECT_EQ(prepare("photo.bmp", {{"image/bmp"}, 0, 0}).bytes, content("photo.bmp"));
}

TEST_F(ImageFiles, BecomeWhiteWhereTheyAreTransparent) {
    EXPECT_EQ(decode(prepare("alpha.png").bytes).colour_at(0.5, 0.5), "white");
}

TEST_F(ImageFiles, KeepTheirColoursThroughAWiderSpace) {
    const DecodedImage image = decode(prepare("wide_gamut.jpg").bytes);
    EXPECT_GT(static_cast<unsigned char>(image.pixels[0]), 245); // 234 in Display P3
    EXPECT_LT(static_cast<unsigned char>(image.pixels[1]), 20);  // 51 there
}

TEST_F(ImageFiles, BecomePngOrWebpWhereNoJpegIsTaken) {
    for (const auto& [type, format] : {std::pair{"image/png", Format::png}, {"image/webp", Format::webp}}) {
        for (const char* name : {"exif6.jpg", "deep.png", "photo.heic"}) {
            const image::Prepared prepared = prepare(name, {{type}, 0, 0});
            EXPECT_EQ(prepared.format, format) << name;
            EXPECT_EQ(image::sniff(prepared.bytes).format, format) << name;
            EXPECT_EQ(decode(prepared.bytes).corners(), upright) << name;
        }
    }
}

TEST_F(ImageFiles, AreShrunkToTheLongestSide) {
    const DecodedImage wide = decode(prepare("photo.jpg", {{"image/jpeg"}, 0, 320}).bytes);
    EXPECT_EQ(wide.width, 320);
    EXPECT_EQ(wide.height, 240);
    EXPECT_EQ(wide.corners(), upright);
    EXPECT_EQ(decode(prepare("exif6.jpg", {{"image/jpeg"}, 0, 320}).bytes).width, 320);
}

TEST_F(ImageFiles, AreMadeToFitIntoTheBytes) {
    for (const std::uint64_t most : {200'000, 50'000, 5'000}) {
        const image::Prepared prepared = prepare("large.jpg", {{"image/jpeg"}, most, 0});
        EXPECT_LE(prepared.bytes.size(), most);
        EXPECT_EQ(decode(prepared.bytes).corners(), upright);
    }
}

TEST_F(ImageFiles, ThatCannotFitAreRefused) {
    try {
        prepare("photo.heic", {{"image/jpeg"}, 100, 0});
        FAIL();
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.kind(), Problem::Kind::refused);
        EXPECT_STREQ(problem.what(),
                     "photo.heic cannot be made as small as 100 bytes, which is the most that is taken.");
    }
}

TEST_F(ImageFiles, OfSixtyMegapixelsNeedLittleMemory) {
    const image::Source source = image::Source::open(file("large.jpg"));
    const auto started_at = std::chrono::steady_clock::now();
    const image::Prepared prepared = image::prepare(source, jpeg_or_png, image::installed_tools());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_at;
    std::printf("60 megapixels: %.2f s, %.0f MB\n", took.count(),
                static_cast<double>(prepared.peak_memory) / 1e6);
    EXPECT_LE(prepared.peak_memory, 300'000'000u);
    const DecodedImage image = decode(prepared.bytes);
    EXPECT_EQ(image.width, 4096);
    EXPECT_EQ(image.corners(), upright);
}

TEST_F(ImageFiles, ThatAreBrokenAreFoundEvenWhereNothingHasToChange) {
    try {
        prepare("broken.jpg");
        FAIL();
    } catch (const Problem& problem) {
        EXPECT_EQ(problem.kind(), Problem::Kind::damaged);
        EXPECT_STREQ(problem.what(),
                     "broken.jpg is damaged: Premature end of input file. Export or download it again.");
    }
}

TEST_F(ImageFiles, LoseAPlaceThatIsBehindThePixels) {
    EXPECT_THAT(outlook("place.png"), HasSubstr("without the place where it was taken"));
    EXPECT_EQ(prepare("place.png").bytes.find("GPSLatitude"), std::string::npos);
}

TEST_F(ImageFiles, MayBeBytesInMemory) {
    const image::Source source = image::Source::of_bytes(content("photo.heic"), "The image");
    const image::Prepared prepared = image::prepare(source, jpeg_or_png, image::installed_tools());
    EXPECT_EQ(decode(prepared.bytes).corners(), upright);
}

} // namespace
