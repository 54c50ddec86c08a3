// host.hpp against the example module: loading, reading descriptors, running.
#include <workflow_node/host.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>

namespace {

using namespace std::chrono_literals;

wfn::LoadError::Reason reason_for(const std::string& path, std::string* message = nullptr) {
    try {
        wfn::Module::load(path);
    } catch (const wfn::LoadError& error) {
        if (message != nullptr) {
            *message = error.what();
        }
        return error.reason();
    }
    throw std::logic_error("it loads");
}

struct Host {
    wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Session session = wfn::Session::open(module, {"test", "1.0", {}, {}});
    wfn::Node echo = module.find("echo").value();
    wfn::Node slow_echo = module.find("slow_echo").value();
};

wfn::Request slow_request(int milliseconds) {
    wfn::Request request;
    request.input_json = R"({"text":"hi","milliseconds":)" + std::to_string(milliseconds) + "}";
    return request;
}

TEST(HostHpp, SaysWhyAModuleCannotBeLoaded) {
    using Reason = wfn::LoadError::Reason;
    std::string message;
    EXPECT_EQ(reason_for("/nonexistent/module.so", &message), Reason::cannot_open);
    EXPECT_NE(message.find("/nonexistent/module.so"), std::string::npos);
    EXPECT_EQ(reason_for(MODULE_WITHOUT_ENTRY, &message), Reason::no_entry);
    EXPECT_NE(message.find("wfn_module_entry"), std::string::npos);
    EXPECT_EQ(reason_for(MODULE_OF_ANOTHER_ABI, &message), Reason::abi_mismatch);
    EXPECT_NE(message.find("version 2"), std::string::npos);
    EXPECT_EQ(reason_for(MODULE_INCOMPLETE), Reason::incomplete);
}

TEST(HostHpp, ReadsDescriptors) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    EXPECT_EQ(module.name(), "example");
    ASSERT_EQ(module.nodes().size(), 2u);
    EXPECT_EQ(module.nodes()[0].action_id(), "echo");
    EXPECT_FALSE(module.nodes()[0].connection());
    EXPECT_FALSE(module.find("ech"));
    const wfn::Node slow_echo = module.find("slow_echo").value();
    EXPECT_TRUE(slow_echo.can_cancel() && slow_echo.can_resume() && slow_echo.reports_progress());
    ASSERT_TRUE(slow_echo.connection());
    EXPECT_EQ(slow_echo.connection()->category, "echo-service");
    EXPECT_TRUE(slow_echo.connection()->required);
}

TEST(HostHpp, RunsAndBlocks) {
    Host host;
    wfn::Request request;
    request.input_json = R"({"text":"hi"})";
    const wfn::Result result = host.session.run(host.echo, request);
    EXPECT_TRUE(result.succeeded());
    EXPECT_EQ(result.output_json, R"({"echo":{"text":"hi"}})");
    EXPECT_FALSE(result.error);
    EXPECT_FALSE(result.checkpoint);
}

TEST(HostHpp, OwnsTheErrorOfAResult) {
    std::optional<wfn::Result> result;
    {
        Host host;
        result = host.session.run(host.echo, {});
    }
    ASSERT_TRUE(result->error);
    EXPECT_EQ(result->outcome, wfn::Outcome::failed);
    EXPECT_EQ(result->error->code, "invalid_input");
    EXPECT_FALSE(result->error->retryable);
    EXPECT_FALSE(result->error->retry_after);
    EXPECT_NE(result->error->json.find("\"/text\""), std::string::npos);
}

TEST(HostHpp, AnEmptyInputIsRefusedByTheRun) {
    Host host;
    wfn::Request request;
    request.input_json = "";
    const wfn::Result result = host.session.run(host.echo, request);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->code, "invalid_input");
}

TEST(HostHpp, TellsProgressAndTheEndOnce) {
    Host host;
    std::vector<wfn::Progress> reports;
    std::vector<wfn::Outcome> ends;
    wfn::Request request = slow_request(250);
    request.on_progress = [&](const wfn::Progress& progress) { reports.push_back(progress); };
    request.on_complete = [&](const wfn::Result& result) { ends.push_back(result.outcome); };
    wfn::Run run = host.session.start(host.slow_echo, std::move(request));
    run.wait();
    EXPECT_EQ(ends, std::vector{wfn::Outcome::succeeded});
    ASSERT_GE(reports.size(), 3u);
    EXPECT_EQ(reports.front().phase, wfn::Phase::preparing);
    EXPECT_FALSE(reports.front().fraction);
    EXPECT_EQ(reports.back().phase, wfn::Phase::running);
    EXPECT_TRUE(reports.back().fraction && reports.back().eta);
    EXPECT_EQ(reports.back().job_id, "echo-1");
}

TEST(HostHpp, CancelsARun) {
    Host host;
    wfn::Run run = host.session.start(host.slow_echo, slow_request(600000));
    EXPECT_FALSE(run.wait(0ms));
    EXPECT_FALSE(run.result());
    EXPECT_EQ(run.cancel(), WFN_OK);
    EXPECT_EQ(run.cancel(), WFN_OK);
    run.wait();
    EXPECT_EQ(run.result()->outcome, wfn::Outcome::cancelled);
}

TEST(HostHpp, SuspendsAndGoesOn) {
    Host host;
    wfn::Request request = slow_request(600000);
    request.suspend = wfn::Suspend::when_submitted;
    const wfn::Result suspended = host.session.run(host.slow_echo, std::move(request));
    ASSERT_EQ(suspended.outcome, wfn::Outcome::suspended);
    EXPECT_TRUE(suspended.resume_after);
    ASSERT_TRUE(suspended.checkpoint);
    EXPECT_EQ(suspended.checkpoint->submission, wfn::Submission::yes);
    EXPECT_EQ(suspended.checkpoint->job_id, "echo-1");

    request = slow_request(600000);
    request.checkpoint_json = R"({"milliseconds":0})";
    const wfn::Result result = host.session.run(host.slow_echo, std::move(request));
    EXPECT_TRUE(result.succeeded());
    EXPECT_NE(result.warnings_json.find("resumed"), std::string::npos);
}

TEST(HostHpp, WaitsForALateAnswerToACheckpoint) {
    Host host;
    std::promise<std::string> given;
    wfn::Request request = slow_request(1);
    request.on_checkpoint = [&](const wfn::Checkpoint& checkpoint) {
        given.set_value(checkpoint.json);
        return wfn::CheckpointAnswer::later;
    };
    wfn::Run run = host.session.start(host.slow_echo, std::move(request));
    EXPECT_EQ(given.get_future().get(), R"({"milliseconds":1})");
    EXPECT_FALSE(run.wait(100ms));
    EXPECT_EQ(run.checkpoint_saved(true), WFN_OK);
    EXPECT_EQ(run.checkpoint_saved(true), WFN_INVALID_STATE);
    run.wait();
    EXPECT_TRUE(run.result()->succeeded());
}

TEST(HostHpp, ARefusedCheckpointEndsTheRun) {
    Host host;
    wfn::Request request = slow_request(600000);
    request.on_checkpoint = [](const wfn::Checkpoint&) { return wfn::CheckpointAnswer::not_kept; };
    const wfn::Result result = host.session.run(host.slow_echo, std::move(request));
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->code, "checkpoint_not_kept");
    EXPECT_TRUE(result.error->retryable);
}

TEST(HostHpp, NoExceptionOfACallbackReachesTheModule) {
    Host host;
    wfn::Request request = slow_request(1);
    request.on_progress = [](const wfn::Progress&) { throw std::runtime_error("progress"); };
    request.on_complete = [](const wfn::Result&) { throw std::runtime_error("complete"); };
    wfn::Run run = host.session.start(host.slow_echo, std::move(request));
    run.wait();
    EXPECT_TRUE(run.result()->succeeded());
    ASSERT_TRUE(run.callback_exception());
    try {
        std::rethrow_exception(run.callback_exception());
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "complete");
    }
}

TEST(HostHpp, AThrowingCheckpointCallbackAnswersNotKept) {
    Host host;
    wfn::Request request = slow_request(600000);
    request.on_checkpoint = [](const wfn::Checkpoint&) -> wfn::CheckpointAnswer { throw 1; };
    wfn::Run run = host.session.start(host.slow_echo, std::move(request));
    run.wait();
    EXPECT_EQ(run.result()->error->code, "checkpoint_not_kept");
    EXPECT_TRUE(run.callback_exception());
}

TEST(HostHpp, RefusesWrongCalls) {
    Host host;
    wfn::Request nul;
    nul.input_json = std::string("{}\0{}", 5);
    EXPECT_THROW(host.session.start(host.echo, nul), std::invalid_argument);

    wfn::Request long_key;
    long_key.run_key = std::string(513, 'k');
    try {
        host.session.start(host.echo, long_key);
        ADD_FAILURE() << "it started";
    } catch (const wfn::StatusError& error) {
        EXPECT_EQ(error.status(), WFN_INVALID_ARGUMENT);
    }

    host.session.close();
    host.session.close();
    try {
        host.session.start(host.echo, {});
        ADD_FAILURE() << "it started";
    } catch (const wfn::StatusError& error) {
        EXPECT_EQ(error.status(), WFN_INVALID_HANDLE);
    }
}

TEST(HostHpp, RefusesTheNodeOfAnotherModule) {
    const auto copy =
        std::filesystem::temp_directory_path() / ("copy_of_example_" + std::to_string(getpid()) + ".so");
    std::filesystem::copy_file(EXAMPLE_MODULE, copy, std::filesystem::copy_options::overwrite_existing);
    const wfn::Module other = wfn::Module::load(copy.string());
    std::filesystem::remove(copy);
    Host host;
    EXPECT_THROW(host.session.start(other.find("echo").value(), {}), std::invalid_argument);
}

TEST(HostHpp, LogsToTheHost) {
    std::vector<std::string> lines;
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::HostOptions options;
    options.on_log = [&](wfn::LogLevel level, const std::string& line) {
        EXPECT_EQ(level, wfn::LogLevel::info);
        lines.push_back(line);
        throw std::runtime_error("dropped");
    };
    const wfn::Session session = wfn::Session::open(module, options);
    EXPECT_EQ(lines, std::vector<std::string>{"The echo is listening"});
}

} // namespace
