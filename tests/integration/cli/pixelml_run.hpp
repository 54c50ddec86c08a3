#pragma once

#include "process.hpp"

#include <scripted_server.hpp>
#include <string>
#include <vector>

// The connection of the shipped module to a server of the test's, and a run with it.
inline constexpr const char* api_key = "secret-key-1";

inline Process::Options account_at(const test_support::ScriptedServer& server) {
    Process::Options options;
    options.environment = {{"PIXELML_API_KEY", api_key}, {"PIXELML_BASE_URL", server.base_url()}};
    return options;
}

inline std::vector<std::string> pixelml_run(const std::vector<std::string>& more) {
    std::vector<std::string> arguments{
        "run",   PIXELML_NODES,         "--set", "prompt=hi", "--set", "image=https://example.com/a.png",
        "--set", "negative_prompt=null"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}
