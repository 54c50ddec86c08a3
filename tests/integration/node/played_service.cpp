#include "played_service.hpp"

#include "scripted_api.hpp"
#include "signed_token.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace node_tests {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string as_text(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// What the first of these pointers leads to that is there and says something; empty: none does.
std::string at_first(const json::value& document, const json::value& pointers) {
    for (const auto& pointer : pointers.as_array()) {
        boost::system::error_code ec;
        const auto* value = document.find_pointer(pointer.as_string(), ec);
        if (value != nullptr && !value->is_null() && !as_text(*value).empty())
            return as_text(*value);
    }
    return {};
}

json::object read_description(const std::string& name) {
    std::ifstream stream(std::string(APIS_DIRECTORY) + "/" + name + ".json");
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    return json::parse(text).as_object();
}

} // namespace

DescribedApi::DescribedApi(const std::string& name) : document_(read_description(name)) {}

std::vector<json::object> DescribedApi::request_examples() const {
    std::vector<json::object> found;
    for (const auto& example : document_.at("examples").as_array())
        if (example.as_object().contains("request") && !example.as_object().contains("step")) // of an upload
            found.push_back(example.as_object());
    return found;
}

std::vector<json::object> DescribedApi::replies_to(std::string_view kind, const Wanted& wanted) const {
    std::vector<json::object> found;
    for (const auto& example : document_.at("examples").as_array()) {
        const auto* to = example.as_object().if_contains("reply_to");
        if (to == nullptr || to->as_string() != kind)
            continue;
        const auto* meaning = example.as_object().if_contains("meaning");
        if (!wanted || (meaning != nullptr && wanted(meaning->as_object())))
            found.push_back(example.as_object());
    }
    return found;
}

json::object DescribedApi::reply_to(std::string_view kind, const Wanted& wanted) const {
    const auto found = replies_to(kind, wanted);
    if (found.empty())
        throw std::runtime_error("the description has no such example of a reply to a " + std::string(kind));
    return found.front();
}

json::object DescribedApi::job_made() const {
    return reply_to("submit", [](const json::object& meaning) { return meaning.contains("id"); });
}

json::object DescribedApi::poll_that_says(std::string_view status) const {
    return reply_to("poll", [&](const json::object& meaning) {
        const auto* said = meaning.if_contains("status");
        return said != nullptr && said->as_string() == status;
    });
}

std::string DescribedApi::video() const {
    const auto* kind = has("result") ? "result" : "poll";
    const auto done = reply_to(kind, [](const json::object& meaning) { return meaning.contains("video"); });
    return as_text(done.at("meaning").at("video"));
}

std::vector<std::string> described_apis() {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(APIS_DIRECTORY))
        if (file.path().extension() == ".json")
            names.push_back(file.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

struct PlayedService::State {
    struct Taken {
        std::string kind; // empty: a stray
        Request request;
    };

    DescribedApi api;
    Play play;
    std::string url_base;
    mutable std::mutex mutex;
    std::vector<Taken> taken;
    bool is_finished;

    std::string here(const Request& request) const {
        return url_base.empty() ? "http://" + request.header("host") : url_base;
    }

    // As the first request example has them, or else their defaults.
    std::map<std::string, std::string> variables() const {
        std::map<std::string, std::string> values;
        if (const auto* declared = api.document().if_contains("variables"))
            for (const auto& [name, variable] : declared->as_object())
                if (const auto* value = variable.as_object().if_contains("default"))
                    values[name] = as_text(*value);
        const auto first = api.request_examples().at(0);
        if (const auto* given = first.if_contains("variables"))
            for (const auto& [name, value] : given->as_object())
                values[name] = as_text(value);
        return values;
    }

    // Where the description sends a request about the job: to the URL in the submit's reply, or else to its
    // path.
    std::string target(const json::object& job_request) const {
        const auto made = api.job_made();
        if (const auto* pointers = job_request.if_contains("url"); pointers != nullptr && url_base.empty()) {
            auto url = at_first(made.at("body"), *pointers);
            if (const auto base = as_text(api.document().at("base_url")); url.starts_with(base))
                return url.substr(base.size());
        }
        auto path = as_text(job_request.at("path"));
        replace_all(path, "{id}", as_text(made.at("meaning").at("id")));
        for (const auto& [name, value] : variables()) {
            replace_all(path, "{{+connection." + name + "}}", value);
            replace_all(path, "{{connection." + name + "}}", value);
        }
        if (const auto* kept = api.document().at("poll").as_object().if_contains("keep"))
            for (const auto& [name, pointers] : kept->as_object())
                replace_all(path, "{" + std::string(name) + "}",
                            at_first(api.poll_that_says("success").at("body"), pointers));
        return path;
    }

    std::string kind_of(const Request& request) const {
        for (const auto& example : api.request_examples())
            if (request.method == as_text(example.at("request").at("method"))
                && request.target == as_text(example.at("request").at("path")))
                return "submit";
        for (const auto* kind : {"poll", "result", "cancel"})
            if (const auto* job_request = api.document().if_contains(kind))
                if (request.method == as_text(job_request->at("method"))
                    && request.target == target(job_request->as_object()))
                    return kind;
        return {};
    }

    Reply answer(const Request& request) {
        const std::lock_guard lock(mutex);
        const auto kind = kind_of(request);
        const auto nth = static_cast<std::size_t>(std::count_if(
            taken.begin(), taken.end(), [&](const Taken& earlier) { return earlier.kind == kind; }));
        taken.push_back({kind, request});
        const auto replies = play.find(kind);
        if (replies == play.end() || replies->second.empty())
            return refused(404, "not_found", "The play has no reply to this.");
        const auto last = replies->second.size() - 1;
        const auto& example = replies->second[is_finished ? last : std::min(nth, last)];
        Reply reply;
        reply.status = static_cast<int>(example.at("status").to_number<int>());
        if (const auto* body = example.if_contains("body")) {
            auto text = body->is_string() ? as_text(*body) : json::serialize(*body);
            replace_all(text, as_text(api.document().at("base_url")), here(request));
            reply = test_support::json_reply(reply.status, text);
        }
        if (const auto* headers = example.if_contains("headers"))
            for (const auto& [name, value] : headers->as_object())
                reply.headers.emplace_back(name, as_text(value));
        return reply;
    }
};

PlayedService::PlayedService(const DescribedApi& api, Play play, std::string url_base, const Rewrite& rewrite)
    : state_(new State{api, std::move(play), std::move(url_base), {}, {}, false}),
      server_([state = state_, rewrite](const Request& request) {
          auto reply = state->answer(request);
          if (rewrite)
              rewrite(reply);
          return reply;
      }) {}

test_support::RunSpec PlayedService::spec(std::size_t example) const {
    const auto shown = state_->api.request_examples().at(example);
    test_support::RunSpec spec;
    spec.input = shown.at("input").as_object();
    spec.timeout = 20s;
    spec.connection = connection_to(server_.base_url());
    auto description = state_->api.document();
    description.erase("minimum_poll_interval_seconds"); // the tests do not sit through it
    if (const auto* authorization = description.if_contains("authorization");
        authorization != nullptr && authorization->as_object().contains("jwt"))
        spec.connection["api_secret"] = api_secret;
    if (const auto* variables = shown.if_contains("variables"))
        spec.connection["variables"] = *variables;
    spec.connection["api_binding"] = std::move(description);
    return spec;
}

void PlayedService::finish() {
    const std::lock_guard lock(state_->mutex);
    state_->is_finished = true;
}

std::vector<Request> PlayedService::requests(std::string_view kind) const {
    const std::lock_guard lock(state_->mutex);
    std::vector<Request> found;
    for (const auto& taken : state_->taken)
        if (taken.kind == kind)
            found.push_back(taken.request);
    return found;
}

std::size_t PlayedService::strays() const {
    return requests("").size();
}

} // namespace node_tests
