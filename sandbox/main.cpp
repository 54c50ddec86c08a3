#include "api/service.hpp"
#include "base/log.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "options.hpp"
#include "render/image_fetch.hpp"
#include "render/process.hpp"
#include "temporary_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

void check_ffmpeg(const std::string& ffmpeg) {
    const sandbox::CancelSignal never;
    const auto result =
        sandbox::run_process({ffmpeg, "-version"}, std::chrono::seconds(30), never, [](auto) {});
    if (result.end != sandbox::ProcessResult::End::exited || result.exit_code != 0) {
        throw std::runtime_error("FFmpeg cannot be run as \"" + ffmpeg + "\" (" + result.error_text
                                 + "); install it, e.g. apt-get install ffmpeg, or name it with --ffmpeg");
    }
}

fs::path prepare_video_directory(const std::string& wanted, const fs::path& temporary) {
    fs::path directory = wanted.empty() ? temporary / "videos" : fs::absolute(wanted);
    std::error_code error;
    fs::create_directories(directory, error);
    if (error || access(directory.c_str(), W_OK | X_OK) != 0) {
        throw std::runtime_error("videos cannot be written to " + directory.string()
                                 + "; name another place with --directory");
    }
    return directory;
}

asio::ip::address parse_host(const std::string& host) {
    auto address = asio::ip::make_address(host);
    if (!address.is_loopback()) {
        sandbox::log("warning: listening on " + host
                     + ": other machines can reach this sandbox, which fetches any URL it is given");
    }
    return address;
}

sandbox::Server make_server(asio::io_context& context, const sandbox::Options& options,
                            sandbox::Service& service) {
    sandbox::TlsContext tls;
    if (!options.tls_certificate.empty())
        tls = sandbox::make_tls_context(options.tls_certificate, options.tls_key);
    const auto address = parse_host(options.host);
    try {
        return {context, address, options.port, std::move(tls),
                [&service](const sandbox::Request& request, const sandbox::Client& client) {
                    return service.handle(request, client);
                }};
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen on " + options.host + " port " + std::to_string(options.port)
                                 + ": " + error.code().message()
                                 + "; choose another with --port, or 0 for any free one");
    }
}

void serve(const sandbox::Options& options) {
    check_ffmpeg(options.ffmpeg);
    sandbox::prepare_image_fetch();
    const sandbox::TemporaryDirectory temporary("pixelml-sandbox");

    sandbox::RenderSettings render_settings;
    render_settings.ffmpeg = options.ffmpeg;
    render_settings.work_directory = temporary.path();
    render_settings.video_directory = prepare_video_directory(options.directory, temporary.path());
    render_settings.fetch.max_bytes = options.max_image;
    render_settings.fetch.ca_file = options.ca_file;
    render_settings.timeout = options.render_timeout;

    sandbox::ServiceSettings service_settings;
    service_settings.api_key = options.api_key;
    service_settings.image = options.image;
    service_settings.unavailable_models = options.unavailable_models;
    service_settings.faults = options.faults;
    service_settings.workers = options.workers;
    service_settings.queue_limit = options.queue_limit;

    asio::io_context context(1);
    // Before the first connection, so that a signal always leads to a clean end.
    asio::signal_set signals(context, SIGINT, SIGTERM, SIGHUP);
    sandbox::Service service(context.get_executor(), std::move(service_settings), render_settings);
    sandbox::Server server = make_server(context, options, service);
    signals.async_wait([&](const boost::system::error_code&, int) {
        sandbox::log("stopping");
        context.stop();
    });
    server.start();
    std::printf("%s\n", server.base_url().c_str());
    std::fflush(stdout);
    sandbox::log("pixelml-sandbox: FFmpeg camera moves, no AI; videos in "
                 + render_settings.video_directory.string());
    context.run();
    service.stop();
}

} // namespace

int main(int argc, char** argv) {
    const auto parsed = sandbox::parse_options(argc, argv);
    if (parsed.exit_code)
        return *parsed.exit_code;
    signal(SIGPIPE, SIG_IGN); // a client that goes away is an error code of its connection
    signal(SIGCHLD, SIG_DFL); // an inherited "ignore" would hide how FFmpeg ended
    try {
        serve(parsed.options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "pixelml-sandbox: %s\n", error.what());
        return sandbox::exit_failure;
    }
    return 0;
}
