#include "scripted_api.hpp"

#include <boost/json/serialize.hpp>

#include <memory>
#include <utility>

namespace node_tests {
namespace {

namespace json = boost::json;

struct State {
    Scripts scripts;
    int submits = 0;
    int polls = 0;
    int cancels = 0;
};

Reply answer(State& state, const Request& request) {
    if (request.method == "POST" && request.target == test_support::submit_path) {
        const int nth = state.submits++;
        return state.scripts.submit ? state.scripts.submit(request, nth)
                                    : accepted("job-" + std::to_string(nth + 1));
    }
    if (!request.target.starts_with(test_support::jobs_path))
        return refused(404, "not_found", "There is nothing here.");
    if (request.method == "GET")
        return state.scripts.poll ? state.scripts.poll(request, state.polls++) : finished();
    if (request.method == "DELETE")
        return state.scripts.cancel ? state.scripts.cancel(request, state.cancels++)
                                    : test_support::json_reply(200, R"({"status": "cancelled"})");
    return refused(405, "method_not_allowed", "Not like this.");
}

test_support::ScriptedServer::Handler handler_of(Scripts scripts) {
    const auto state = std::make_shared<State>();
    state->scripts = std::move(scripts);
    return [state](const Request& request) { return answer(*state, request); };
}

} // namespace

Reply still_running() {
    return test_support::json_reply(200, R"({"status": "running", "progress": 0.25})");
}

Reply finished() {
    return test_support::json_reply(
        200, json::serialize(json::object{{"status", "succeeded"}, {"output", {{"video", video_url}}}}));
}

ScriptedApi::ScriptedApi(Scripts scripts) : server_(handler_of(std::move(scripts))) {}

ScriptedApi::ScriptedApi(Scripts scripts, const test_support::Certificate& identity)
    : server_(handler_of(std::move(scripts)), identity) {}

ScriptedApi::ScriptedApi(Scripts scripts, test_support::SslContext tls)
    : server_(handler_of(std::move(scripts)), std::move(tls)) {}

test_support::RunSpec ScriptedApi::spec() const {
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.connection = connection_to(server_.base_url());
    return spec;
}

json::object valid_input() {
    return {{"prompt", "The camera pans slowly to the right"},
            {"image", "https://images.example/photo.jpg"},
            {"negative_prompt", nullptr}};
}

json::object connection_to(const std::string& base_url) {
    return {{"api_key", api_key}, {"base_url", base_url}, {"allow_insecure_loopback", true}};
}

std::string error_member(const wfn::Result& result, const char* member) {
    const auto error = test_support::error_json(result);
    const auto* value = error.if_contains(member);
    if (value == nullptr)
        return "(absent)";
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

} // namespace node_tests
