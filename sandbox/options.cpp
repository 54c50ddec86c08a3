#include "options.hpp"

#include "base/text.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sandbox {
namespace {

constexpr const char* key_variable = "PIXELML_SANDBOX_API_KEY";

constexpr const char* examples = R"(Examples:
  pixelml-sandbox
      serves http://127.0.0.1:8788; open it in a browser to watch the jobs
  pixelml-sandbox --port 0 --directory ./videos
      on any free port (printed on standard output), keeping the videos
  pixelml-sandbox --fault '{"on":"submit","fault":"drop_after","times":1}'
      resets the first submit's connection after its job has been created
  pixelml-sandbox --port 0 --queue 1000 --image photo.jpg
      takes many jobs at once, and serves the image for them as /image
  pixelml-sandbox --tls-certificate cert.pem --tls-key key.pem
      serves https

Fault rules are JSON objects: "on" (submit, poll, cancel), "fault" (slow, too_many_requests, unavailable,
bad_gateway, internal_error, drop_before, drop_after, hold, broken_body, stalled_body), and optionally
"times", "skip", "every", "probability", "seed", "retry_after_seconds", "delay_ms". At run time:
PUT /sandbox/faults with one rule, an array of rules, or [] for none.

AgenticFlow's workflow API is served beside it, at /v1/workflow_runs/, from the same jobs. Any UUID is the
id of a workflow of this one node. Of 00000000-0000-4000-8000-00000000000N, N = 1 has no output mapping, 2
no credits, 3 no connection, and 4 no project.

GET /jobs.json lists the jobs and counts them: what a host would have paid for.

Exit codes: 0 ended by SIGINT or SIGTERM; 1 cannot start; 2 wrong usage.)";

std::string read_key_file(const std::string& path) {
    constexpr std::size_t max_key = 4096;
    std::ifstream file(path);
    std::array<char, max_key + 1> buffer{};
    file.read(buffer.data(), buffer.size());
    std::string key(trimmed({buffer.data(), static_cast<std::size_t>(file.gcount())}));
    if (key.empty() || key.size() > max_key)
        throw CLI::ValidationError("--api-key-file", "the file is empty or cannot be read");
    return key;
}

std::string key_from_environment() {
    const char* const value = std::getenv(key_variable);
    return value ? std::string(trimmed(value)) : std::string();
}

std::string check_ip_address(const std::string& text) {
    boost::system::error_code error;
    boost::asio::ip::make_address(text, error);
    return error ? "give an IP address, e.g. 127.0.0.1, ::1 or 0.0.0.0" : "";
}

std::chrono::milliseconds to_milliseconds(double seconds) {
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

FaultRules parse_fault_options(const std::vector<std::string>& texts) {
    FaultRules rules;
    for (const std::string& text : texts) {
        const auto parsed = parse_fault_rules(text);
        if (const auto* const why = std::get_if<std::string>(&parsed))
            throw CLI::ValidationError("--fault", *why);
        const auto& more = std::get<FaultRules>(parsed);
        rules.insert(rules.end(), more.begin(), more.end());
    }
    return rules;
}

} // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
    ParsedOptions parsed;
    Options& options = parsed.options;
    std::string key_file;
    double render_timeout = 120;
    std::vector<std::string> unavailable;
    std::vector<std::string> faults;

    CLI::App app(
        "A local stand-in for the PixelML HTTP API: renders real videos from real images with FFmpeg "
        "camera moves. It is not AI.",
        "pixelml-sandbox");
    app.footer(examples);
    app.set_version_flag("--version", std::string("pixelml-sandbox ") + version);
    app.add_option("--host", options.host, "Address to listen on")
        ->capture_default_str()
        ->check(check_ip_address);
    app.add_option("--port", options.port, "Port to listen on; 0 takes any free one")->capture_default_str();
    app.add_option("--directory", options.directory,
                   "Where to keep videos; without it they are deleted when the sandbox stops");
    app.add_option("--api-key-file", key_file,
                   std::string("File with the one API key to accept, also from ") + key_variable
                       + "; without either, any key is accepted");
    app.add_option("--workers", options.workers, "Renders at a time")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    app.add_option("--queue", options.queue_limit,
                   "Jobs that may wait; beyond that the model is not available")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    app.add_option("--unavailable", unavailable, "Model to answer with model_not_available; repeatable")
        ->check(CLI::IsMember(
            {std::string(model_name(Model::pixel_m)), std::string(model_name(Model::pixel_s))}));
    app.add_option("--render-timeout", render_timeout, "Seconds until a render fails with processing_timeout")
        ->capture_default_str()
        ->check(CLI::Range(0.01, 86400.0));
    app.add_option("--max-image-bytes", options.max_image, "Largest image file")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 30));
    app.add_option("--ca-file", options.ca_file, "PEM certificates to trust when fetching https images")
        ->check(CLI::ExistingFile);
    auto* const certificate =
        app.add_option("--tls-certificate", options.tls_certificate, "PEM certificate chain: serve https")
            ->check(CLI::ExistingFile);
    auto* const key =
        app.add_option("--tls-key", options.tls_key, "PEM key of the certificate")->check(CLI::ExistingFile);
    certificate->needs(key);
    key->needs(certificate);
    app.add_option("--image", options.image, "Serve this file as /image, to animate a photo on this machine")
        ->check(CLI::ExistingFile);
    app.add_option("--ffmpeg", options.ffmpeg, "FFmpeg to run")->capture_default_str();
    app.add_option("--fault", faults, "Fault rule, as JSON; repeatable, see below");

    try {
        app.parse(argc, argv);
        options.api_key = key_file.empty() ? key_from_environment() : read_key_file(key_file);
        options.render_timeout = to_milliseconds(render_timeout);
        options.faults = parse_fault_options(faults);
        for (const std::string& name : unavailable) {
            options.unavailable_models.insert(name == model_name(Model::pixel_s) ? Model::pixel_s
                                                                                 : Model::pixel_m);
        }
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error) == 0 ? 0 : exit_usage;
    }
    return parsed;
}

} // namespace sandbox
