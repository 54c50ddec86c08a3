// An image from a file: --image, --set, --input and lines of a batch, against a service that takes data URIs.
#include "../image/decoded_image.hpp"
#include "image/colour_profile.hpp"
#include "video_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <child_process.hpp>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace {

namespace json = boost::json;
using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;

const char upright[] = "red green blue white";

class ImageFile : public testing::Test {
protected:
    ImageFile() : server_([this](const Request& request) { return answer(request); }) {
        json::object binding = json::parse(read_text(PIXELML_API)).as_object();
        binding["files"] = {{"media_types", {"image/jpeg", "image/png"}},
                            {"max_bytes", 1'000'000},
                            {"max_side", 2000},
                            {"as", "data_uri"}};
        const json::object connection{{"api_key", api_key},
                                      {"base_url", server_.base_url()},
                                      {"allow_insecure_loopback", true},
                                      {"api_binding", std::move(binding)}};
        write_text(connection_, json::serialize(connection));
        std::filesystem::permissions(connection_, std::filesystem::perms::owner_read);
    }

    void TearDown() override { std::filesystem::current_path("/"); } // the directory goes

    std::string made(const std::string& name) {
        test_support::output_of({MAKE_IMAGE_FILES, directory_.file(""), name});
        return directory_.file(name);
    }
    std::vector<std::string> command(const std::string& name, const std::vector<std::string>& more) const {
        std::vector<std::string> arguments{name, PIXELML_NODES, "--connection", connection_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    std::vector<std::string> with_prompt(std::vector<std::string> more) const {
        more.insert(more.end(), {"--set", "prompt=hi", "--set", "negative_prompt=null"});
        return more;
    }
    Outcome run(const std::vector<std::string>& more) {
        return workflow_node(command("run", with_prompt(more)));
    }
    std::string input_with(const std::string& image) const {
        return json::serialize(
            json::object{{"prompt", "hi"}, {"negative_prompt", nullptr}, {"image", image}});
    }

    std::size_t submits() const { return server_.requests("POST", "/").size(); }
    std::string submitted_image(std::size_t number = 0) const {
        const json::value body = json::parse(server_.requests("POST", "/").at(number).body);
        return std::string(body.at("image").as_string());
    }
    // The corners of the file that was handed over, or the URL.
    std::string handed_over(std::size_t number = 0) const {
        const std::string image = submitted_image(number);
        const std::string before = "base64,";
        const std::size_t at = image.find(before);
        if (image.compare(0, 5, "data:") != 0 || at == std::string::npos)
            return image;
        return image_test::decode(image::decode_base64(image.substr(at + before.size()))).corners();
    }

    TemporaryDirectory directory_;
    std::string connection_ = directory_.file("connection.json");

private:
    Reply answer(const Request& request) {
        if (request.method == "POST")
            return json_reply(202, R"({"id": "job-)" + std::to_string(++jobs_) + R"(", "status": "queued"})");
        return json_reply(200,
                          R"({"status": "succeeded", "output": {"video": "https://example.com/v.mp4"}})");
    }

    int jobs_ = 0;
    ScriptedServer server_;
};

class OfKind : public ImageFile, public testing::WithParamInterface<const char*> {};

TEST_P(OfKind, IsHandedOverUpright) {
    const Outcome outcome = run({"--image", made(GetParam())});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "{\"video\":\"https://example.com/v.mp4\"}\n");
    EXPECT_TRUE(has(outcome.err, std::string(GetParam()) + ": ")) << outcome.err;
    ASSERT_EQ(submits(), 1u);
    EXPECT_EQ(handed_over(), upright);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OfKind,
                         testing::Values("photo.jpg", "cmyk.jpg", "exif1.jpg", "exif2.jpg", "exif3.jpg",
                                         "exif4.jpg", "exif5.jpg", "exif6.jpg", "exif7.jpg", "exif8.jpg",
                                         "alpha.png", "deep.png", "photo.webp", "animated.webp", "photo.heic",
                                         "photo.avif", "photo.gif", "animated.gif", "photo.tiff", "photo.bmp",
                                         "large.jpg"),
                         [](const auto& tested) {
                             std::string name = tested.param;
                             name[name.find('.')] = '_';
                             return name;
                         });

TEST_F(ImageFile, ThatIsBrokenCostsNothing) {
    const Outcome outcome = run({"--image", made("broken.jpg")});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "broken.jpg is damaged: Premature end of input file.")) << outcome.err;
    EXPECT_EQ(submits(), 0u);
}

TEST_F(ImageFile, ThatIsNotThereIsAnErrorBeforeAnythingElse) {
    made("photo.jpg");
    const Outcome outcome = run({"--image", directory_.file("phot.jpg"), "--journal", directory_.file("j")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "/image: There is no file phot.jpg (")) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "Did you mean \"photo.jpg\"?")) << outcome.err;
    EXPECT_EQ(workflow_node({"runs", "--journal", directory_.file("j"), "--json"}).out, "");
    EXPECT_EQ(submits(), 0u);
}

TEST_F(ImageFile, ThatIsNoImageIsAnErrorBeforeAnythingElse) {
    write_text(directory_.file("notes.txt"), "hello");
    Outcome outcome = run({"--image", directory_.file("notes.txt")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.err.find("Error: /image: notes.txt is not an image"), 0u)
        << outcome.err; // not the module's
    outcome = run({"--image", directory_.file("")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "is a directory")) << outcome.err;
    outcome = run({"--image", "/dev/zero"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "zero is not a file on a disk")) << outcome.err;
    EXPECT_EQ(submits(), 0u);
}

TEST_F(ImageFile, MayHaveAnOddName) {
    made("exif6.jpg");
    for (const std::string name : {"a b'\"$(id).jpg", "100%25.jpg", "x.jpg[page=2]", "ü.jpg"}) {
        std::filesystem::copy_file(directory_.file("exif6.jpg"), directory_.file(name));
        const std::size_t before = submits();
        const Outcome outcome = run({"--image", directory_.file(name)});
        EXPECT_EQ(outcome.exit_code, 0) << name << outcome.err;
        ASSERT_EQ(submits(), before + 1) << name;
        EXPECT_EQ(handed_over(before), upright) << name;
    }
}

TEST_F(ImageFile, MayHaveNoNameOfTwoLines) {
    write_text(directory_.file("new\nline.jpg"), "");
    const Outcome outcome = run({"--image", directory_.file("new\nline.jpg")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "/image: the file's name has a line end")) << outcome.err;
}

TEST_F(ImageFile, MayHaveNoNameThatIsNotUtf8) {
    for (const std::vector<std::string>& given : {std::vector<std::string>{"--image", "bad\xFF.jpg"},
                                                  std::vector<std::string>{"--set", "image=bad\xFF.jpg"}}) {
        const Outcome outcome = run(given);
        EXPECT_TRUE(has(outcome.err, "is not UTF-8. If it is the name of a file, rename that"))
            << outcome.err;
    }
}

TEST_F(ImageFile, IsRelativeToTheWorkingDirectory) {
    made("exif6.jpg");
    std::filesystem::current_path(directory_.file(""));
    std::filesystem::copy_file("exif6.jpg", "-o.jpg");
    EXPECT_EQ(run({"--set", "image=exif6.jpg"}).exit_code, 0);
    EXPECT_EQ(run({"--image=-o.jpg"}).exit_code, 0);
    EXPECT_EQ(run({"--image", "./exif6.jpg"}).exit_code, 0);
    write_text("input.json", input_with("exif6.jpg"));
    EXPECT_EQ(workflow_node(command("run", {"--input", "input.json"})).exit_code, 0);
    ASSERT_EQ(submits(), 4u);
    for (std::size_t number = 0; number < 4; ++number)
        EXPECT_EQ(handed_over(number), upright) << number;
}

TEST_F(ImageFile, MayBeAFileUrl) {
    std::filesystem::copy_file(made("exif6.jpg"), directory_.file("a b.jpg"));
    EXPECT_EQ(run({"--image", "file://" + directory_.file("a%20b.jpg")}).exit_code, 0);
    EXPECT_EQ(handed_over(), upright);
    const Outcome outcome = run({"--image", "file://server/share/a.jpg"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "is a file of another machine")) << outcome.err;
}

TEST_F(ImageFile, IsNotLookedForWhereThereIsAUrl) {
    EXPECT_EQ(run({"--image", "https://example.com/a.png"}).exit_code, 0);
    EXPECT_EQ(handed_over(), "https://example.com/a.png");
    const Outcome outcome = run({"--image", "example.com/a.png"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "https://")) << outcome.err;
}

TEST_F(ImageFile, OfABatchHasALineOfItsOwn) {
    const std::string image = made("photo.heic");
    write_text(directory_.file("lines"), input_with(image) + "\n" + input_with(directory_.file("photo.hei"))
                                             + "\n" + input_with("https://example.com/a.png") + "\n");
    const Outcome outcome =
        workflow_node(command("batch", {directory_.file("lines"), "--journal", directory_.file("j")}));
    EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
    const auto lines = lines_of(outcome.out);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_TRUE(has(lines[0], R"("outcome":"succeeded")")) << lines[0];
    EXPECT_TRUE(has(lines[1], R"("code":"invalid_input")")) << lines[1];
    EXPECT_TRUE(has(lines[1], R"(Did you mean \"photo.heic\"?)")) << lines[1];
    EXPECT_TRUE(has(lines[2], R"("outcome":"succeeded")")) << lines[2];
    EXPECT_EQ(submits(), 2u);
}

TEST_F(ImageFile, IsToldAboutWithoutSending) {
    const std::string image = made("photo.heic");
    Outcome outcome = workflow_node(command("validate", with_prompt({"--image", image})));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome.out, "image: photo.heic: HEIC, 640 x 480, ")) << outcome.out;
    EXPECT_TRUE(has(outcome.out, ": converted to JPEG\nvalid\n")) << outcome.out;
    outcome = workflow_node(command("validate", with_prompt({"--json", "--image", image})));
    EXPECT_TRUE(has(outcome.out, R"("valid":true)")) << outcome.out;
    EXPECT_TRUE(has(outcome.out, R"("files":["image: photo.heic: HEIC, 640 x 480, )")) << outcome.out;
    outcome = run({"--dry-run", "--image", made("photo.png")});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "photo.png: PNG, 640 x 480, ")) << outcome.err;
    EXPECT_TRUE(has(outcome.err, ": as it is")) << outcome.err;
    outcome = workflow_node(command("validate", with_prompt({"--image", made("broken.jpg")})));
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "broken.jpg is damaged")) << outcome.err;
    EXPECT_EQ(submits(), 0u);
}

TEST_F(ImageFile, IsNotNeededAgainOnceTheJobIsThere) {
    const std::string journal = directory_.file("j");
    for (const std::string end : {"run", "collect"}) {
        const std::string image = made("exif6.jpg");
        const std::string key = "key-" + end;
        const std::vector<std::string> arguments{"--image", image, "--journal", journal, "--run-key", key};
        std::vector<std::string> suspended = arguments;
        suspended.emplace_back("--suspend");
        ASSERT_EQ(run(suspended).exit_code, 4);
        std::filesystem::remove(image);
        const Outcome outcome = end == "run" ? run(arguments)
                                             : workflow_node({"collect", PIXELML_NODES, key, "--journal",
                                                              journal, "--connection", connection_});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    }
    EXPECT_EQ(submits(), 2u);
}

TEST_F(ImageFile, ThatNeedsAToolThatIsNotThereNamesItsPackage) {
    Process::Options options;
    options.environment["PATH"] = directory_.file("nowhere");
    const Outcome outcome =
        workflow_node(command("run", with_prompt({"--image", made("photo.heic")})), options);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(has(outcome.err, "libvips-tools on Debian and Ubuntu")) << outcome.err;
    EXPECT_EQ(submits(), 0u);
    EXPECT_EQ(workflow_node(command("run", with_prompt({"--image", made("photo.png")})), options).exit_code,
              0);
}

TEST_F(ImageFile, CanBeGivenUpByCtrlC) {
    const std::string tools = directory_.file("tools");
    std::filesystem::create_directory(tools);
    write_text(tools + "/vipsheader",
               "#!/bin/sh\necho started >&2\n: > '" + directory_.file("started") + "'\nexec sleep 1000\n");
    std::filesystem::permissions(tools + "/vipsheader", std::filesystem::perms::owner_all);
    Process::Options options;
    options.environment["PATH"] = tools + ":/usr/bin:/bin";
    Process process(command("run", with_prompt({"--image", made("photo.heic")})), options);
    while (!std::filesystem::exists(directory_.file("started")) && process.running()) {
    }
    process.send(SIGINT);
    EXPECT_EQ(process.wait(), 130) << process.err();
    EXPECT_EQ(submits(), 0u);
}

} // namespace
