// A thousand runs with files at once.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <job_service.hpp>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace boundary_tests {
namespace {

// That the module has been given, and whose submits have not come.
class FilesUnderWay {
public:
    void given(const std::string& run) {
        const std::lock_guard lock(mutex_);
        runs_.insert(run);
        most_ = std::max(most_, runs_.size());
    }
    void submitted(const std::string& run) {
        const std::lock_guard lock(mutex_);
        runs_.erase(run);
    }
    std::size_t most() {
        const std::lock_guard lock(mutex_);
        return most_;
    }

private:
    std::mutex mutex_;
    std::set<std::string> runs_;
    std::size_t most_ = 0;
};

std::size_t peak_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            return std::stoul(line.substr(6));
    return 0;
}

TEST(ManyFiles, ArePassedOnAFewAtATime) {
    constexpr std::size_t runs = RUNS_WITH_FILES;
    constexpr std::size_t file_bytes = 600'000; // 600 MB together, and as much again in base64
    FilesUnderWay under_way;
    test_support::Script script;
    script.done_at_once = true;
    script.submit = [&](const std::string& prompt, int /*attempt*/) {
        under_way.submitted(prompt);
        return test_support::SubmitFault::none;
    };
    test_support::JobService service(std::move(script)); // which keeps no requests
    const JobApi like_it;
    auto connection = boost::json::parse(like_it.connection(Files::in_the_submit)).as_object();
    connection["base_url"] = service.base_url();

    const LoadedModule module;
    const OpenSession session(module);
    const auto file = jpeg_file(file_bytes);
    const auto before = peak_kib();
    std::vector<std::unique_ptr<HostRun>> all;
    for (std::size_t i = 0; i < runs; ++i) {
        auto& run = *all.emplace_back(std::make_unique<HostRun>(module, boost::json::serialize(connection)));
        const auto name = "run " + std::to_string(i);
        run.input = R"({"prompt": ")" + name + R"(", "image": "attachment:a.jpg", "negative_prompt": null})";
        run.on_attachment = [&, name](wfn_run* handle, const wfn_attachment_request*) {
            under_way.given(name);
            run.give(handle, file);
        };
        ASSERT_EQ(WFN_OK, run.start(session.get()));
    }
    for (const auto& run : all)
        EXPECT_EQ(WFN_SUCCEEDED, run->wait().outcome);
    EXPECT_EQ(runs, service.jobs());
    // One more for each of the four that is read by the service, and not yet answered.
    EXPECT_LE(under_way.most(), 4U);
    EXPECT_GT(under_way.most(), 1U);
    if (FILES_PEAK_KIB > 0) {
        EXPECT_LT(peak_kib() - before, static_cast<std::size_t>(FILES_PEAK_KIB));
    }
}

} // namespace
} // namespace boundary_tests
