// What the module costs its host. Figures are for comparison on one machine, not absolute.
#include "job/inputs.hpp"
#include "module/definitions.hpp"
#include "scripted_server.hpp"

#include <workflow_node/host.hpp>

#include <benchmark/benchmark.h>
#include <boost/json/monotonic_resource.hpp>

#include <dlfcn.h>

#include <array>
#include <stdexcept>
#include <string>

namespace {

constexpr const char* input_json = R"json({
    "model": "Pixel M",
    "prompt": "Slowly rotating 360 degrees, smooth camera movement, professional product showcase",
    "image": "https://example.com/product-shoe.jpg",
    "negative_prompt": "jerky motion, blurry, distorted, static",
    "size": "Square HD (1:1)",
    "prompt_optimizer": true
})json";

wfn_module_entry_function load(void*& library) {
    library = dlopen(MODULE_PATH, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        throw std::runtime_error(dlerror());
    return reinterpret_cast<wfn_module_entry_function>(dlsym(library, WFN_MODULE_ENTRY_NAME));
}

void load_and_read_descriptor(benchmark::State& state) {
    for (auto _ : state) {
        void* library = nullptr;
        benchmark::DoNotOptimize(load(library)()->nodes[0]->input_schema_json);
        state.PauseTiming();
        dlclose(library);
        state.ResumeTiming();
    }
}
BENCHMARK(load_and_read_descriptor)->Unit(benchmark::kMicrosecond);

void load_and_open(benchmark::State& state) {
    for (auto _ : state) {
        void* library = nullptr;
        const auto* module = load(library)();
        wfn_session* session = nullptr;
        if (module->open(nullptr, nullptr, &session) != WFN_OK)
            state.SkipWithError("open failed");
        state.PauseTiming();
        module->close(session);
        dlclose(library);
        state.ResumeTiming();
    }
}
BENCHMARK(load_and_open)->Unit(benchmark::kMicrosecond);

void parse_and_validate(benchmark::State& state) {
    const auto definitions = job_engine::shared_definitions();
    const auto& node = definitions->nodes.front()->node;
    for (auto _ : state) {
        std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): as a run does
        boost::json::monotonic_resource memory(room.data(), room.size());
        auto checked = job_engine::read_inputs(input_json, node, false, &memory);
        if (!checked)
            state.SkipWithError("the input is not valid");
        benchmark::DoNotOptimize(checked);
    }
}
BENCHMARK(parse_and_validate)->Unit(benchmark::kMicrosecond);

// One run after the other against a server whose reply to the submit already holds the video.
void whole_run(benchmark::State& state) {
    using namespace test_support;
    ScriptedServer server([](const Request&) {
        return json_reply(
            200, R"({"id": "1", "status": "succeeded", "output": {"video": "https://example.com/v.mp4"}})");
    });
    const auto module = wfn::Module::load(MODULE_PATH);
    const auto node = module.find("image_to_video").value();
    auto session = wfn::Session::open(module, {"bench", "1", {}, {}});
    const auto connection =
        R"({"api_key": "k", "idempotent_submit": true, "allow_insecure_loopback": true, "base_url": ")"
        + server.base_url() + "\"}";
    for (auto _ : state) {
        wfn::Request request;
        request.input_json = input_json;
        request.connection_json = connection;
        if (session.run(node, std::move(request)).outcome != wfn::Outcome::succeeded)
            state.SkipWithError("the run failed");
    }
}
BENCHMARK(whole_run)->Unit(benchmark::kMicrosecond)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
