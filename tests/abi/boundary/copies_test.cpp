// Two copies of the module in one process, and a copy beside the process's own OpenSSL.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gtest/gtest.h>

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

namespace boundary_tests {
namespace {

// The file's name in a directory of its own, gone with this object.
class CopyOfTheModule {
public:
    CopyOfTheModule() {
        auto path = (std::filesystem::temp_directory_path() / "boundary-copy-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr)
            throw std::runtime_error("no temporary directory can be made");
        directory_ = path;
        std::filesystem::copy_file(MODULE_PATH, file());
    }
    CopyOfTheModule(const CopyOfTheModule&) = delete;
    CopyOfTheModule& operator=(const CopyOfTheModule&) = delete;
    ~CopyOfTheModule() { std::filesystem::remove_all(directory_); }

    std::string file() const { return (directory_ / "pixelml_nodes.so").string(); }

private:
    std::filesystem::path directory_;
};

const char* file_of(const LoadedModule& module) {
    Dl_info info{};
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dladdr takes
    return ::dladdr(reinterpret_cast<const void*>(module.node().execute), &info) != 0 ? info.dli_fname : "";
}

TEST(Copies, RunSideBySideAndDoNotMeet) {
    const CopyOfTheModule copy;
    JobApi api({.tls = true});
    JobApi other_api({.polls_until_done = 1, .tls = true});
    auto first = std::make_unique<LoadedModule>();
    const LoadedModule second(copy.file());
    ASSERT_NE(first->entry(), second.entry());
    ASSERT_NE(&first->node(), &second.node());
    ASSERT_NE(first->node().execute, second.node().execute);
    EXPECT_STREQ(MODULE_PATH, file_of(*first));
    EXPECT_EQ(copy.file(), file_of(second));

    auto first_session = std::make_unique<OpenSession>(*first);
    OpenSession second_session(second);
    HostRun second_run(second, other_api.connection());
    ASSERT_EQ(WFN_OK, second_run.start(second_session.get()));
    {
        HostRun first_run(*first, api.connection());
        // The second module knows nothing of the first one's threads.
        wfn_status inside = -1;
        first_run.on_complete = [&](wfn_run*, const wfn_result*) {
            inside = second->run_wait(second_run.handle(), 0);
        };
        ASSERT_EQ(WFN_OK, first_run.start(first_session->get()));
        EXPECT_EQ(JobApi::output_of(1), first_run.wait().output);
        EXPECT_TRUE(inside == WFN_TIMED_OUT || inside == WFN_OK) << inside;
    }
    first_session.reset();
    first.reset(); // unloaded while the other one is at work
    EXPECT_EQ(JobApi::output_of(1), second_run.wait().output);

    HostRun next(second, other_api.connection());
    ASSERT_EQ(WFN_OK, next.start(second_session.get()));
    EXPECT_EQ(JobApi::output_of(2), next.wait().output);
}

TEST(Copies, OneWithAnOpenSessionIsNotUnloaded) {
    const CopyOfTheModule copy;
    JobApi api;
    void* const library = ::dlopen(copy.file().c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(nullptr, library);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym gives
    const auto entry = reinterpret_cast<wfn_module_entry_function>(::dlsym(library, WFN_MODULE_ENTRY_NAME));
    const auto* const module = entry();
    wfn_session* session = nullptr;
    ASSERT_EQ(WFN_OK, module->open(nullptr, nullptr, &session));
    EXPECT_EQ(0, ::dlclose(library)); // too early

    const auto input = valid_input();
    const auto connection = api.connection();
    wfn_request request{};
    request.struct_size = sizeof request;
    request.input_json = input.c_str();
    request.connection_json = connection.c_str();
    wfn_run* run = nullptr;
    ASSERT_EQ(WFN_OK, module->nodes[0]->execute(module->nodes[0], session, &request, &run));
    EXPECT_EQ(WFN_OK, module->run_wait(run, -1));
    EXPECT_EQ(JobApi::output_of(1), module->run_result(run)->output_json);
    EXPECT_EQ(WFN_OK, module->run_release(run));
    EXPECT_EQ(WFN_OK, module->close(session));
}

// The first copy gives back what the process has few of and hands out anew, lowest first: keys of
// thread-local data. What the second copy makes of them then, its threads clear before they know that it was
// to be freed.
TEST(Copies, OneThatIsUnloadedBeforeTheOthersFirstRequestMakesItLeakNothing) {
    const CopyOfTheModule copy;
    JobApi first_api({.tls = true});
    JobApi api({.tls = true});
    auto first = std::make_unique<LoadedModule>();
    const LoadedModule second(copy.file());
    auto first_session = std::make_unique<OpenSession>(*first);
    {
        HostRun run(*first, first_api.connection());
        ASSERT_EQ(WFN_OK, run.start(first_session->get()));
        EXPECT_EQ(JobApi::output_of(1), run.wait().output);
    }
    OpenSession second_session(second);
    first_session.reset();
    first.reset();
    HostRun run(second, api.connection());
    ASSERT_EQ(WFN_OK, run.start(second_session.get()));
    EXPECT_EQ(JobApi::output_of(1), run.wait().output); // a sanitizer's build finds the rest
}

TEST(Copies, TheHostsOwnOpensslIsNotTheModules) {
    void* const openssl = ::dlopen("libssl.so.3", RTLD_NOW | RTLD_GLOBAL);
    ASSERT_NE(nullptr, openssl) << ::dlerror();
    JobApi api({.tls = true}); // and a TLS server with it in the same process
    const LoadedModule module;
    OpenSession session(module);
    HostRun run(module, api.connection());
    ASSERT_EQ(WFN_OK, run.start(session.get()));
    EXPECT_EQ(JobApi::output_of(1), run.wait().output);
    ASSERT_EQ(WFN_OK, session.close());
    ::dlclose(openssl);
}

} // namespace
} // namespace boundary_tests
