#include "sandbox_api.hpp"

#include <gtest/gtest.h>

namespace sandbox_test {
namespace {

TEST(CommandLine, ShowsHelpAndVersion) {
    const SandboxEnd help = run_sandbox({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.output.find("Examples:"), std::string::npos);
    const SandboxEnd version = run_sandbox({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_TRUE(version.output.starts_with("pixelml-sandbox ")) << version.output;
}

TEST(CommandLine, RefusesWrongUsage) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--nonsense"},
                                                      {"--port", "70000"},
                                                      {"--host", "example.com"},
                                                      {"--workers", "0"},
                                                      {"--unavailable", "Pixel L"},
                                                      {"--fault", "nonsense"},
                                                      {"--tls-certificate", "/dev/null"},
                                                      {"--api-key-file", "/nonexistent"},
                                                      {"--render-timeout", "0"}}) {
        const SandboxEnd ended = run_sandbox(arguments);
        EXPECT_EQ(ended.exit_code, 2) << arguments.front() << ended.errors;
        EXPECT_EQ(ended.output, "") << arguments.front();
        EXPECT_NE(ended.errors, "") << arguments.front();
    }
}

TEST(CommandLine, SaysWhyItCannotStart) {
    const SandboxApi first;
    const std::string port = first.base_url().substr(first.base_url().rfind(':') + 1);
    const SandboxEnd taken = run_sandbox({"--port", port});
    EXPECT_EQ(taken.exit_code, 1);
    EXPECT_NE(taken.errors.find("--port"), std::string::npos) << taken.errors;

    const SandboxEnd ffmpeg = run_sandbox({"--port", "0", "--ffmpeg", "/nonexistent/ffmpeg"});
    EXPECT_EQ(ffmpeg.exit_code, 1);
    EXPECT_NE(ffmpeg.errors.find("apt-get install ffmpeg"), std::string::npos) << ffmpeg.errors;

    const SandboxEnd directory = run_sandbox({"--port", "0", "--directory", "/proc/nothing/here"});
    EXPECT_EQ(directory.exit_code, 1);
    EXPECT_NE(directory.errors.find("--directory"), std::string::npos) << directory.errors;
}

TEST(CommandLine, WarnsWhenOtherMachinesCanReachIt) {
    const SandboxApi open({"--host", "0.0.0.0"});
    EXPECT_NE(open.log().find("warning"), std::string::npos);
    const SandboxApi closed;
    EXPECT_EQ(closed.log().find("warning"), std::string::npos);
}

} // namespace
} // namespace sandbox_test
