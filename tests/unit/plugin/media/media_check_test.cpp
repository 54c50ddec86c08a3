#include "media/media_check.hpp"
#include "media/media_format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using Kind = TransportFailure::Kind;

const std::string jpeg = "\xFF\xD8\xFF\xE0\x00\x10JF"s;
const std::string png = "\x89PNG\r\n\x1A\n"s;

MediaReply reply_with(int status, std::string first_bytes = jpeg) {
    MediaReply reply;
    reply.status = status;
    reply.first_bytes = std::move(first_bytes);
    return reply;
}

TEST(ImageCheck, KnowsAnImageByItsContent) {
    EXPECT_TRUE(is_jpeg_or_png(jpeg));
    EXPECT_TRUE(is_jpeg_or_png(png));
    for (const auto& other :
         {""s, "\xFF\xD8"s, "GIF89a.."s, "RIFF\x10\0\0\0WEBP"s, "<html>..."s, "\x89PNG\n\n\x1A\n"s})
        EXPECT_FALSE(is_jpeg_or_png(other)) << other;
}

TEST(ImageCheck, AJpgOrPngIsUsable) {
    for (const int status : {200, 206})
        for (const auto& image : {jpeg, png})
            EXPECT_TRUE(std::holds_alternative<MediaUsable>(verdict_of_media(reply_with(status, image), 0)));
}

TEST(ImageCheck, AnotherFormatIsRefusedUnpaid) {
    for (const auto& other : {""s, "GIF89a.."s}) {
        const auto verdict = verdict_of_media(reply_with(206, other), 0);
        const auto& error = std::get<Error>(verdict);
        EXPECT_EQ(error.code, ErrorCode::unsupported_media_format);
        EXPECT_EQ(error.charged, Charged::no);
        EXPECT_EQ(error.details.at(0).path, "/image");
    }
}

TEST(ImageCheck, AnImageOverTheLimitIsRefusedAndTheLimitNamed) {
    constexpr std::uint64_t mib = std::uint64_t{1024} * 1024;
    auto reply = reply_with(206);
    reply.total_size = 33 * mib + mib / 2;
    const auto verdict = verdict_of_media(reply, 32 * mib);
    const auto& error = std::get<Error>(verdict);
    EXPECT_EQ(error.code, ErrorCode::media_too_large);
    EXPECT_EQ(error.message, "The image has 33.5 MiB; the limit is 32.0 MiB.");

    reply.total_size = 32 * mib;
    EXPECT_TRUE(std::holds_alternative<MediaUsable>(verdict_of_media(reply, 32 * mib)));
    reply.total_size = 33 * mib;
    EXPECT_TRUE(std::holds_alternative<MediaUsable>(verdict_of_media(reply, 0))) << "the limit is not known";
    reply.total_size.reset();
    EXPECT_TRUE(std::holds_alternative<MediaUsable>(verdict_of_media(reply, 1))) << "the size is not known";
}

TEST(ImageCheck, AnImageThatIsNotThereIsRefused) {
    for (const int status : {404, 410}) {
        const auto verdict = verdict_of_media(reply_with(status), 0);
        const auto& error = std::get<Error>(verdict);
        EXPECT_EQ(error.code, ErrorCode::invalid_media_url);
        EXPECT_EQ(error.http_status, status);
        EXPECT_FALSE(error.retryable);
    }
}

// The API may see what this machine is not shown.
TEST(ImageCheck, AServerThatRefusesToSayLetsTheRunGoOn) {
    for (const int status : {204, 304, 400, 401, 403, 405, 406, 416, 429, 500, 501, 503}) {
        const auto verdict = verdict_of_media(reply_with(status, {}), 0);
        ASSERT_TRUE(std::holds_alternative<Warning>(verdict)) << status;
        EXPECT_EQ(std::get<Warning>(verdict).code, "image_not_checked");
        EXPECT_THAT(std::get<Warning>(verdict).message, HasSubstr(std::to_string(status)));
    }
    auto compressed = reply_with(200, "\x1F\x8B\x08"s);
    compressed.encoded = true;
    EXPECT_TRUE(std::holds_alternative<Warning>(verdict_of_media(compressed, 0)));
}

TEST(ImageCheck, ARedirectLeadsElsewhere) {
    for (const int status : {301, 302, 303, 307, 308}) {
        auto reply = reply_with(status, {});
        EXPECT_TRUE(std::holds_alternative<Warning>(verdict_of_media(reply, 0)));
        reply.location = "/b.jpg";
        const auto verdict = verdict_of_media(reply, 0);
        EXPECT_EQ(std::get<MediaElsewhere>(verdict).location, "/b.jpg");
    }
}

TEST(ImageCheck, AFailureIsRefusedAndRetryableWhereItMayPass) {
    struct Case {
        Kind kind;
        bool retryable;
    };
    for (const auto& [kind, retryable] :
         {Case{Kind::unreachable, true}, Case{Kind::broken, true}, Case{Kind::timed_out, true},
          Case{Kind::tls, false}, Case{Kind::not_public, false}, Case{Kind::bad_reply, false}}) {
        const auto verdict = verdict_of_media(TransportFailure{kind, true, "the reason"});
        const auto& error = std::get<Error>(verdict);
        EXPECT_EQ(error.code, ErrorCode::invalid_media_url);
        EXPECT_EQ(error.charged, Charged::no);
        EXPECT_EQ(error.retryable, retryable);
        EXPECT_THAT(error.message, HasSubstr("the reason"));
    }
    const auto proxy = verdict_of_media(TransportFailure{Kind::proxy, false, "the proxy refused"});
    EXPECT_TRUE(std::holds_alternative<Warning>(proxy)) << "a proxy may lead to the API alone";
}

TEST(ImageCheck, NamesWhatWasFound) {
    struct Case {
        std::string first_bytes;
        const char* name;
    };
    for (const auto& [first_bytes, name] :
         {Case{"RIFF\x24\0\0\0WEBPVP8 "s, "WebP"}, Case{"GIF89a.."s, "GIF"}, Case{"BM\x01\0"s, "BMP"},
          Case{"II*\0\x08"s, "TIFF"}, Case{"MM\0*\0"s, "TIFF"}, Case{"%PDF-1.7"s, "PDF"},
          Case{"\0\0\0\x18"s + "ftypheic\0\0\0\0mif1heic"s, "HEIC"},
          Case{"\0\0\0\x1C"s + "ftypmif1\0\0\0\0mif1avif"s, "AVIF"},
          Case{"\0\0\0\x18"s + "ftypisom\0\0\2\0isommp42"s, "MP4"}, Case{"<svg xmlns="s, "SVG"},
          Case{"<?xml version=\"1.0\"?><svg>"s, "SVG"},
          Case{"\xEF\xBB\xBF\n <!DOCTYPE HTML><html>"s, "web page"},
          Case{"<html lang=\"en\">"s, "sign-in"}}) {
        const auto verdict = verdict_of_media(reply_with(206, first_bytes), 0);
        const auto& error = std::get<Error>(verdict);
        EXPECT_EQ(error.code, ErrorCode::unsupported_media_format);
        EXPECT_THAT(error.message, HasSubstr(name));
        EXPECT_THAT(error.message, HasSubstr("neither JPG nor PNG"));
    }
    EXPECT_EQ(media_format_of("RIFF\x24\0\0\0WAVE"s).name, "");
    EXPECT_EQ(media_format_of("{\"error\": 1}").name, "");
}

} // namespace
} // namespace job_engine
