#include "sandbox_process.hpp"

#include "scripted_api.hpp"
#include "test_directory.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace node_tests {
namespace {

std::vector<std::string> command_line(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{PIXELML_SANDBOX_PROGRAM, "--port", "0"};
    if (std::find(options.begin(), options.end(), "--render-timeout") == options.end())
        arguments.insert(arguments.end(), {"--render-timeout", "220"}); // for machines that are busy
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
}

} // namespace

SandboxProcess::SandboxProcess(const std::vector<std::string>& options,
                               const std::vector<std::string>& environment)
    : process_(command_line(options), environment) {
    const auto line = process_.read_line(test_support::long_enough);
    if (!line || !line->starts_with("http"))
        throw std::runtime_error("the sandbox did not start: " + line.value_or("no output"));
    base_url_ = *line;
}

test_support::RunSpec SandboxProcess::spec(boost::json::object input) const {
    test_support::RunSpec spec;
    spec.input = std::move(input);
    spec.connection = connection_to(base_url_);
    spec.timeout = std::chrono::seconds(230);
    return spec;
}

std::string make_image(std::string_view format, int width, int height) {
    const test_support::TestDirectory directory;
    const auto file = (directory.path() / ("image." + std::string(format))).string();
    const auto made = test_support::run_command(
        {"ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
         "mandelbrot=size=" + std::to_string(width) + "x" + std::to_string(height), "-frames:v", "1", file},
        test_support::long_enough);
    std::ifstream stream(file, std::ios::binary);
    std::string image(std::istreambuf_iterator<char>(stream), {});
    if (made.exit_code != 0 || image.empty())
        throw std::runtime_error("FFmpeg made no image");
    return image;
}

test_support::ScriptedServer::Handler serve_files(std::vector<ServedFile> files) {
    return [files = std::move(files)](const Request& request) {
        for (const auto& file : files)
            if (file.target == request.target) {
                Reply reply;
                reply.headers.emplace_back("Content-Type", file.content_type);
                reply.body = file.content;
                return reply;
            }
        return test_support::json_reply(404, "{}");
    };
}

} // namespace node_tests
