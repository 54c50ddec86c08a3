#include "sandbox_api.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace sandbox_test {
namespace {

namespace fs = std::filesystem;

const std::string authorization = "Authorization: Bearer test-key";

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

Answer SandboxApi::submit(const std::string& body, const std::vector<std::string>& headers) const {
    Call request{"POST",
                 base_url() + "/v1/image-to-video",
                 {authorization, "Content-Type: application/json"},
                 body,
                 {}};
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    return call(request);
}

Answer SandboxApi::poll(const std::string& id) const {
    return get("/v1/jobs/" + id);
}

Answer SandboxApi::cancel(const std::string& id) const {
    return call({"DELETE", base_url() + "/v1/jobs/" + id, {authorization}, {}, {}});
}

Answer SandboxApi::get(const std::string& path) const {
    return call({"GET", base_url() + path, {authorization}, {}, {}});
}

Answer SandboxApi::put_faults(const std::string& rules) const {
    return call({"PUT", base_url() + "/sandbox/faults", {"Content-Type: application/json"}, rules, {}});
}

std::uint64_t SandboxApi::statistic(const std::string& name) const {
    return get("/sandbox/statistics").json().at(name).to_number<std::uint64_t>();
}

boost::json::value SandboxApi::finish(const std::string& id) const {
    for (;;) {
        const Answer answer =
            call({"GET", base_url() + "/v1/jobs/" + id, {authorization, "Prefer: wait=60"}, {}, {}});
        boost::json::value job = answer.json();
        const auto& status = job.at("status").as_string();
        if (status != "queued" && status != "running")
            return job;
    }
}

boost::json::value SandboxApi::run(const std::string& body) const {
    return finish(id_of(submit(body)));
}

void SandboxApi::wait_until_rendering(const std::string& id) const {
    const bool rendering = eventually([&] { return poll(id).json().at("progress").to_number<double>() > 0; });
    if (!rendering)
        throw std::runtime_error("the job does not get on: " + log());
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos)
            continue;
        // "pid (name) state ppid ...": the name may hold anything, so search from its end.
        const std::string stat = read_file(entry->path() / "stat");
        std::istringstream rest(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
        char state = 0;
        pid_t ppid = 0;
        if (rest >> state >> ppid && ppid == parent)
            children.push_back(std::stoi(name));
    }
    return children;
}

std::string submit_body(const std::string& image, const std::string& prompt, const std::string& size) {
    return boost::json::serialize(boost::json::object{{"model", "Pixel M"},
                                                      {"prompt", prompt},
                                                      {"image", image},
                                                      {"negative_prompt", nullptr},
                                                      {"size", size},
                                                      {"prompt_optimizer", true}});
}

std::string pixel_s_body(const std::string& image, const std::string& prompt) {
    return boost::json::serialize(boost::json::object{
        {"model", "Pixel S"}, {"prompt", prompt}, {"image", image}, {"negative_prompt", "static"}});
}

std::string id_of(const Answer& answer) {
    return std::string(answer.json().at("id").as_string());
}

} // namespace sandbox_test
