// A local service of the shapes that the benchmark's clients speak, with statistics of its own at its end.
#include "server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace asio = boost::asio;
using namespace job_server;

constexpr const char* usage_text =
    "usage: job_server [--duration LOW:HIGH] [--eta none|exact] [--tls --ca-out FILE] [--warm-up JOBS] "
    "[--seed N]\n"
    "Prints a JSON line with its port, serves until its standard input ends or SIGTERM, prints a JSON line "
    "of\n"
    "statistics.\n"
    "  --duration  seconds that a job takes, evenly between the two; 0:0 (default): the first poll says "
    "success\n"
    "  --eta       exact: replies hold the true remaining time as eta_seconds\n"
    "  --warm-up   the first JOBS jobs are left out of measured_jobs and measured_requests\n";

template <class Number>
Number number_of(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end)
        throw std::invalid_argument("not a number: " + std::string(text));
    return number;
}

Options options_of(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--tls") {
            options.tls = true;
            continue;
        }
        if (++i == argc)
            throw std::invalid_argument(std::string(name) + " needs a value, or is not known");
        const std::string_view value = argv[i];
        if (name == "--duration") {
            const auto colon = value.find(':');
            if (colon == std::string_view::npos)
                throw std::invalid_argument("--duration is LOW:HIGH");
            options.durations = {number_of<double>(value.substr(0, colon)),
                                 number_of<double>(value.substr(colon + 1))};
        } else if (name == "--eta" && (value == "none" || value == "exact")) {
            options.names_end = value == "exact";
        } else if (name == "--ca-out") {
            options.ca_out = value;
        } else if (name == "--warm-up") {
            options.warm_up = number_of<std::size_t>(value);
        } else if (name == "--seed") {
            options.seed = number_of<std::uint64_t>(value);
        } else {
            throw std::invalid_argument("not known: " + std::string(name) + " " + std::string(value));
        }
    }
    if (options.tls && options.ca_out.empty())
        throw std::invalid_argument("--tls needs --ca-out");
    if (options.durations.low_seconds < 0 || options.durations.high_seconds < options.durations.low_seconds)
        throw std::invalid_argument("--duration is LOW:HIGH, 0 <= LOW <= HIGH");
    return options;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Every client's connection is one here: as many as the system grants.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void print_statistics(const Server& server, double cpu) {
    const auto& book = server.book();
    const auto& traffic = server.traffic();
    std::cout << boost::json::serialize(boost::json::object{
        {"cpu_s", cpu},
        {"busy_s", static_cast<double>(traffic.last_request_ns - traffic.first_connection_ns) / 1e9},
        {"jobs", book.jobs()},
        {"measured_jobs", book.measured_jobs()},
        {"requests", traffic.requests},
        {"measured_requests", book.measured_requests()},
        {"submits", book.jobs()},
        {"polls", book.polls()},
        {"results", book.results()},
        {"refused", book.refused()},
        {"connections", traffic.accepted},
        {"peak_connections", traffic.peak_open},
        {"refused_accepts", traffic.refused_accepts},
        {"handshakes_full", traffic.full_handshakes},
        {"handshakes_resumed", traffic.resumed_handshakes},
        {"handshakes_failed", traffic.failed_handshakes}})
              << std::endl;
}

// Whoever started this holds the other end of the standard input, so it cannot outlive a starter that dies.
void stop_at_end_of_input(asio::io_context& context, asio::posix::stream_descriptor& input) {
    static std::array<char, 64> ignored;
    input.async_read_some(asio::buffer(ignored), [&](boost::system::error_code ec, std::size_t) {
        if (ec)
            context.stop();
        else
            stop_at_end_of_input(context, input);
    });
}

void serve(const Options& options) {
    asio::io_context context(1);
    Server server(context, options);
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](boost::system::error_code, int) { context.stop(); });
    asio::posix::stream_descriptor input(context, dup(STDIN_FILENO));
    stop_at_end_of_input(context, input);
    std::cout << boost::json::serialize(boost::json::object{{"port", server.port()}}) << std::endl;
    const auto cpu_before = cpu_seconds();
    context.run();
    print_statistics(server, cpu_seconds() - cpu_before);
    std::cout.flush();
    _exit(0); // thousands of connections need not be taken apart
}

} // namespace

int main(int argc, char** argv) {
    try {
        const auto options = options_of(argc, argv);
        raise_descriptor_limit();
        serve(options);
    } catch (const std::invalid_argument& error) {
        std::cerr << "job_server: " << error.what() << '\n' << usage_text;
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "job_server: " << error.what() << '\n';
        return 1;
    }
}
