#pragma once

#include "scripted_server.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace node_tests {

// How every job of a server ends.
enum class JobEnd { success, failure, none };

// A server of the shape that another service has published.
struct PublishedApi {
    const char* name;
    const char* binding_file; // in tests/bindings
    // `url_base`: what the URLs in replies begin with; empty: the server itself.
    test_support::ScriptedServer::Handler (*handler)(JobEnd end, std::string url_base);
    const char* authorization; // what it expects before the key
    const char* submit_target;
    const char* cancel_method;
    const char* cancel_target;
    const char* failure_type; // of the error that a failed job becomes
    const char* failure_text; // part of that error's message
};

inline void PrintTo(const PublishedApi& api, std::ostream* out) {
    *out << api.name;
}

const std::vector<PublishedApi>& published_apis();

inline constexpr const char* published_video = "https://delivery.example/output.mp4";

} // namespace node_tests
