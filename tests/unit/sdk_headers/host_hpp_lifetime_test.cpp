// host.hpp: no order of destruction, on no thread, is a crash. Most worth under the sanitizers.
#include <workflow_node/host.hpp>

#include <gtest/gtest.h>

#include <dlfcn.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

namespace {

using namespace std::chrono_literals;

wfn::Request slow_request() {
    wfn::Request request;
    request.input_json = R"({"text":"hi","milliseconds":600000})";
    return request;
}

bool module_is_loaded() {
    void* handle = dlopen(EXAMPLE_MODULE, RTLD_NOW | RTLD_NOLOAD);
    if (handle != nullptr) {
        dlclose(handle);
    }
    return handle != nullptr;
}

TEST(HostHppLifetime, ARunOutlivesItsSessionAndModule) {
    std::optional<wfn::Module> module = wfn::Module::load(EXAMPLE_MODULE);
    std::optional<wfn::Session> session = wfn::Session::open(*module);
    std::optional<wfn::Run> run = session->start(module->find("slow_echo").value(), slow_request());
    module.reset();
    session.reset();
    EXPECT_FALSE(run->wait(0ms)); // it still runs
    run->cancel();
    run->wait();
    EXPECT_EQ(run->result()->outcome, wfn::Outcome::cancelled);
    run.reset();
    EXPECT_FALSE(module_is_loaded());
}

TEST(HostHppLifetime, DestroyingALiveRunCancelsItAndWaits) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Session session = wfn::Session::open(module);
    std::optional<wfn::Outcome> outcome; // written by the callback; read after the wait in ~Run
    {
        wfn::Request request = slow_request();
        request.on_complete = [&](const wfn::Result& result) { outcome = result.outcome; };
        const wfn::Run run = session.start(module.find("slow_echo").value(), std::move(request));
    }
    EXPECT_EQ(outcome, wfn::Outcome::cancelled);
}

TEST(HostHppLifetime, ClosingASessionSuspendsItsRuns) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Session session = wfn::Session::open(module);
    wfn::Run run = session.start(module.find("slow_echo").value(), slow_request());
    session.close();
    ASSERT_TRUE(run.result());
    EXPECT_EQ(run.result()->outcome, wfn::Outcome::suspended);
}

TEST(HostHppLifetime, AMovedFromRunIsHarmless) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Session session = wfn::Session::open(module);
    wfn::Run first = session.start(module.find("slow_echo").value(), slow_request());
    wfn::Run second = std::move(first);
    EXPECT_EQ(first.cancel(), WFN_INVALID_HANDLE); // NOLINT(bugprone-use-after-move): what is tested
    EXPECT_FALSE(first.result());                  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(second.cancel(), WFN_OK);
    second = session.start(module.find("slow_echo").value(), slow_request()); // ends the one before
    EXPECT_FALSE(second.wait(0ms));
}

TEST(HostHppLifetime, WaitingAndClosingInsideACallbackIsRefused) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Session session = wfn::Session::open(module);
    std::promise<wfn_status> waited;
    std::promise<wfn_status> closed;
    std::promise<wfn::Run*> started;
    wfn::Request request = slow_request();
    request.input_json = R"({"text":"hi"})";
    request.on_complete = [&, run = started.get_future().share()](const wfn::Result&) {
        try {
            run.get()->wait();
        } catch (const wfn::StatusError& error) {
            waited.set_value(error.status());
        }
        try {
            session.close();
        } catch (const wfn::StatusError& error) {
            closed.set_value(error.status());
        }
    };
    wfn::Run run = session.start(module.find("echo").value(), std::move(request));
    started.set_value(&run);
    EXPECT_EQ(waited.get_future().get(), WFN_WRONG_THREAD);
    EXPECT_EQ(closed.get_future().get(), WFN_WRONG_THREAD);
}

/* The last owners of everything die inside on_complete: the session has to be closed elsewhere. */
TEST(HostHppLifetime, EverythingMayEndInsideACallback) {
    struct All {
        std::optional<wfn::Module> module = wfn::Module::load(EXAMPLE_MODULE);
        std::optional<wfn::Session> session;
        std::optional<wfn::Run> run;
    };
    auto all = std::make_unique<All>();
    // The session's log goes after its close: whoever holds something in it learns when that was.
    std::promise<void> closed;
    const auto tell = [&closed](const int*) { closed.set_value(); };
    wfn::HostOptions options;
    options.on_log = [token = std::shared_ptr<const int>(nullptr, tell)](wfn::LogLevel, const std::string&) {
    };
    all->session = wfn::Session::open(*all->module, std::move(options));
    std::promise<void> start_returned;
    std::promise<void> destroyed;
    wfn::Request request;
    request.input_json = R"({"text":"hi"})";
    request.on_complete = [&](const wfn::Result&) {
        start_returned.get_future().wait();
        all.reset();
        destroyed.set_value();
    };
    {
        const wfn::Node echo = all->module->find("echo").value();
        all->run = all->session->start(echo, std::move(request));
    }
    start_returned.set_value();
    destroyed.get_future().wait();
    closed.get_future().wait();
    // A thread of its own closed the session, and unloads the module right after; no event tells of that.
    for (int i = 0; i < 3000 && module_is_loaded(); ++i) {
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_FALSE(module_is_loaded());
}

TEST(HostHppLifetime, ACallbackThatHoldsItsOwnRunIsNoLeak) {
    const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
    wfn::Session session = wfn::Session::open(module);
    auto held = std::make_shared<std::optional<wfn::Run>>();
    const std::weak_ptr<std::optional<wfn::Run>> seen = held;
    std::promise<void> start_returned;
    std::promise<void> over;
    wfn::Request request;
    request.input_json = R"({"text":"hi"})";
    request.on_complete = [&, held, ready = start_returned.get_future().share()](const wfn::Result&) {
        ready.wait();
        over.set_value();
    };
    *held = session.start(module.find("echo").value(), std::move(request));
    held.reset();
    start_returned.set_value();
    over.get_future().wait();
    session.close(); // joins the thread that runs the callback
    EXPECT_TRUE(seen.expired());
}

TEST(HostHppLifetime, ManyRunsAndSessions) {
    for (int i = 0; i < 50; ++i) {
        const wfn::Module module = wfn::Module::load(EXAMPLE_MODULE);
        wfn::Session session = wfn::Session::open(module);
        std::vector<wfn::Run> runs;
        runs.reserve(8);
        for (int j = 0; j < 8; ++j) {
            runs.push_back(
                session.start(module.find(j % 2 == 0 ? "echo" : "slow_echo").value(), slow_request()));
        }
        for (std::size_t j = 1; j < runs.size(); j += 4) {
            runs[j].cancel();
        }
    }
    EXPECT_FALSE(module_is_loaded());
}

} // namespace
