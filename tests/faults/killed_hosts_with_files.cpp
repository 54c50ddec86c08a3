// Row killed-hosts-with-files: a host is killed between the upload of its file and the answer to the submit.
#include "child_process.hpp"
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"
#include "test_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace faults {
namespace {

using test_support::ChildProcess;
using test_support::JobService;
using test_support::Script;
using namespace std::chrono_literals;

constexpr std::size_t hosts_at_once = 8;
constexpr unsigned max_stall_us = 3000;
constexpr int killed_exit_code = 128 + SIGKILL;
constexpr auto patience = 90s;

// What the kill interrupted, in the order of a run.
constexpr std::array<const char*, 6> phases{"upload",      "writing the intent", "intent kept",
                                            "submit sent", "job made",           "later"};

// After which word of the host the kill comes, and how long after at most.
struct Moment {
    const char* word;
    unsigned max_us;
};
constexpr Moment moments[] = {{"giving file", 15'000},
                              {"giving file", 30'000},
                              {"writing intent", 2 * max_stall_us},
                              {"kept intent", 3'000},
                              {"kept intent", 25'000}};

// How the file gets to the service.
enum class Way { upload, storage, data_uri };

// The images that a submit may name: of the uploads, of the storage, which is the same server, and the
// picture itself. Counts the submits that name another one, and keys that were sent with two: a service may
// compare.
class Files {
public:
    std::optional<test_support::Reply> answer(const test_support::Request& request) {
        const std::lock_guard lock(mutex_);
        if (request.target == "/v1/files") {
            const auto url = "https://files.example/" + std::to_string(images_.size()) + ".jpg";
            images_.insert(url);
            return uploaded(201, R"({"url": ")" + url + "\"}");
        }
        if (request.method == "PUT") {
            images_.insert(path_of(request.target));
            return uploaded(200, "{}");
        }
        if (request.target == test_support::submit_path) {
            const auto body = boost::json::parse(request.body);
            const std::string image(body.at("image").as_string());
            const bool is_known = image.starts_with("data:image/jpeg;base64,/9j") || images_.contains(image)
                                  || images_.contains(path_of(image));
            const auto [first, is_first] = images_of_keys_.emplace(request.header("idempotency-key"), image);
            if (!is_known || first->second != image)
                ++strange_images_;
        }
        return std::nullopt;
    }
    std::size_t uploads() {
        const std::lock_guard lock(mutex_);
        return uploads_;
    }
    std::size_t strange_images() {
        const std::lock_guard lock(mutex_);
        return strange_images_;
    }

private:
    // Of a target or a URL, without what is signed.
    static std::string path_of(std::string url) {
        if (const auto scheme = url.find("://"); scheme != std::string::npos)
            url.erase(0, url.find('/', scheme + 3));
        return url.substr(0, url.find('?'));
    }
    test_support::Reply uploaded(int status, const std::string& body) {
        auto reply = test_support::json_reply(status, body);
        reply.hold = std::chrono::milliseconds(++uploads_ % 12);
        return reply;
    }

    std::mutex mutex_;
    std::set<std::string> images_;
    std::map<std::string, std::string> images_of_keys_;
    std::size_t uploads_ = 0;
    std::size_t strange_images_ = 0;
};

boost::json::object with_files(boost::json::object connection, Way way, const std::string& base_url) {
    if (way == Way::storage) {
        connection["storage"] = {
            {"endpoint", base_url}, {"bucket", "films"}, {"access_key", "key-1"}, {"secret_key", "secret-1"}};
        return connection;
    }
    std::ifstream described(PIXELML_API);
    auto binding = boost::json::parse(std::string(std::istreambuf_iterator<char>(described), {})).as_object();
    binding["files"] = boost::json::parse(way == Way::data_uri
                                              ? R"({"media_types": ["image/jpeg"], "as": "data_uri"})"
                                              : R"({"media_types": ["image/jpeg"], "as": "upload", "upload": {
        "steps": [{"method": "POST", "path": "/v1/files", "file": true,
                   "headers": {"Content-Type": "{{file.type}}"}, "keep": {"url": ["/url"]}}],
        "url": "{{kept.url}}"}})");
    connection["api_binding"] = std::move(binding);
    return connection;
}

Finding killed_hosts(const Options& options, Way way, const char* name) {
    const std::size_t runs = options.is_short ? 50 : 500;
    Files files;
    Script script;
    script.instead = [&](const test_support::Request& request) { return files.answer(request); };
    script.submit_time = [seed = options.seed, nth = std::uint64_t{0}](const std::string&) mutable {
        return std::chrono::milliseconds(mixed(seed, ++nth) % 15);
    };
    JobService service(std::move(script));
    const test_support::TestDirectory directory;
    const auto connection_file =
        write_connection(directory.path(), with_files(connection_to(service.base_url(), Settled::by_key), way,
                                                      service.base_url()));
    const auto image_file = (directory.path() / "photo.jpg").string();
    std::ofstream(image_file, std::ios::binary) << "\xFF\xD8\xFF\xDA" << '\0' << '\2' << "a picture\xFF\xD9";

    std::array<std::atomic<std::size_t>, phases.size()> kills{};
    std::atomic<std::size_t> videos = 0;
    std::atomic<std::size_t> runs_with_other_than_one_job = 0;
    for_each(std::string("killed hosts with files, ") + name, runs, hosts_at_once, [&](std::size_t i) {
        const auto seed = mixed(options.seed, i);
        const auto prompt = std::string("Kill with a file, ") + name + " " + std::to_string(i);
        const std::vector<std::string> command{DOOMED_HOST,
                                               MODULE_PATH,
                                               connection_file,
                                               "run of " + prompt,
                                               prompt,
                                               (directory.path() / std::to_string(i)).string(),
                                               std::to_string(max_stall_us),
                                               std::to_string(seed % 1'000'000),
                                               image_file};
        const auto phase_after = [&](const std::string& word) -> std::size_t {
            if (word == "giving file" || word == "executing" || word == "loading")
                return 0;
            if (word == "writing intent")
                return 1;
            if (word != "kept intent")
                return 5;
            return service.jobs_of(prompt) > 0 ? 4 : service.was_submitted(prompt) ? 3 : 2;
        };
        {
            ChildProcess host(command);
            const auto& moment = moments[seed % std::size(moments)];
            std::string word;
            for (auto line = host.read_line(patience); line; line = host.read_line(patience)) {
                word = *line;
                if (word == moment.word)
                    break;
            }
            std::this_thread::sleep_for(std::chrono::microseconds(seed / 16 % moment.max_us));
            host.send_signal(SIGKILL);
            if (host.wait(patience) == killed_exit_code) {
                for (auto line = host.read_line(0ms); line; line = host.read_line(0ms))
                    word = *line;
                ++kills[phase_after(word)];
            }
        }
        ChildProcess host(command);
        std::string last;
        for (auto line = host.read_line(patience); line; line = host.read_line(patience))
            last = *line;
        const auto job = service.job_for(prompt);
        if (job && last == "video " + job->video())
            ++videos;
        else
            say(prompt + " ended with: " + last);
        if (service.jobs_of(prompt) != 1)
            ++runs_with_other_than_one_job;
    });
    service.wait_until_settled();

    std::size_t all_kills = 0;
    std::string by_phase;
    for (std::size_t i = 0; i < phases.size(); ++i) {
        all_kills += kills[i].load();
        by_phase += std::string(i > 0 ? ", " : "") + phases[i] + " " + std::to_string(kills[i].load());
    }
    Finding finding;
    finding.test_case =
        std::to_string(runs) + " runs with a file, by " + name + ", host killed (SIGKILL), then run again";
    finding.measured = std::to_string(all_kills) + " kills: " + by_phase + "; "
                       + std::to_string(files.uploads()) + " uploads, " + std::to_string(service.jobs())
                       + " jobs, " + std::to_string(runs_with_other_than_one_job.load())
                       + " runs with other than one, " + std::to_string(videos.load()) + " videos";
    finding.bar =
        "every host killed; one job per run, every video, each of the file, and no key with two images";
    finding.met = all_kills == runs && runs_with_other_than_one_job == 0 && service.jobs() == runs
                  && videos == runs && files.strange_images() == 0;
    return finding;
}

} // namespace

std::vector<Finding> measure_killed_hosts_with_files(const Options& options) {
    return {killed_hosts(options, Way::upload, "an upload"),
            killed_hosts(options, Way::storage, "the storage"),
            killed_hosts(options, Way::data_uri, "a data URI")};
}

} // namespace faults
