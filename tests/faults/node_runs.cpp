#include "node_runs.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <iterator>

namespace faults {

boost::json::object connection_to(const std::string& base_url, Settled settled) {
    boost::json::object connection{{"api_key", secret_key},
                                   {"base_url", base_url},
                                   {"allow_insecure_loopback", true},
                                   {"idempotent_submit", settled == Settled::by_key}};
    if (settled != Settled::by_list)
        return connection;
    std::ifstream file(PIXELML_API);
    auto binding = boost::json::parse(std::string{std::istreambuf_iterator<char>(file), {}}).as_object();
    binding.at("submit").at("body").as_object()["marker"] = "{{run.marker}}";
    binding["find"] = boost::json::parse(R"({"method": "GET", "path": "/v1/jobs?offset={offset}",
        "items": "/jobs", "marker": ["/request/marker"], "id": ["/id"], "settled_after_seconds": 3})");
    connection["api_binding"] = std::move(binding);
    return connection;
}

std::string write_connection(const std::filesystem::path& directory, const boost::json::object& connection) {
    const auto file = (directory / "connection.json").string();
    std::ofstream(file) << boost::json::serialize(connection);
    return file;
}

test_support::RunSpec spec_for(const std::string& base_url, const std::string& prompt) {
    test_support::RunSpec spec;
    spec.input = {
        {"prompt", prompt}, {"image", "https://images.example/photo.jpg"}, {"negative_prompt", nullptr}};
    spec.connection = {{"api_key", secret_key}, {"base_url", base_url}, {"allow_insecure_loopback", true}};
    spec.run_key = "run of " + prompt;
    return spec;
}

std::string error_text(const wfn::Result& result, const char* member) {
    const auto error = test_support::error_json(result);
    const auto* value = error.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

} // namespace faults
