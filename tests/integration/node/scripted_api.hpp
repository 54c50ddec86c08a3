#pragma once

#include "job_service.hpp"
#include "run_node.hpp"
#include "scripted_server.hpp"

#include <functional>
#include <string>
#include <vector>

namespace node_tests {

using test_support::accepted;
using test_support::refused;
using test_support::Reply;
using test_support::Request;

inline constexpr const char* api_key = "key-7f3a-of-these-tests";
inline constexpr const char* video_url = "https://videos.example/one.mp4";

Reply still_running();
Reply finished(); // with video_url

// What the API does with the nth request of a kind, from 0. Called on the server's thread.
using Script = std::function<Reply(const Request&, int nth)>;

struct Scripts {
    Script submit = nullptr; // default: accepts, as job-1, job-2 ...
    Script poll = nullptr;   // default: finished
    Script cancel = nullptr; // default: 200, cancelled
};

// A server of the built-in API binding's shape that does what its scripts say. It knows no jobs of its own: a
// script may answer for any.
class ScriptedApi {
public:
    explicit ScriptedApi(Scripts scripts = {});
    ScriptedApi(Scripts scripts, const test_support::Certificate& identity);
    ScriptedApi(Scripts scripts, test_support::SslContext tls);

    test_support::ScriptedServer& server() { return server_; }
    std::vector<Request> submits() const { return server_.requests("POST", "/v1/image-to-video"); }
    std::vector<Request> polls() const { return server_.requests("GET", "/v1/jobs/"); }
    std::vector<Request> cancels() const { return server_.requests("DELETE", "/v1/jobs/"); }

    // A run with valid inputs and a connection to this server.
    test_support::RunSpec spec() const;

private:
    test_support::ScriptedServer server_;
};

boost::json::object valid_input();
// To an http server on this machine.
boost::json::object connection_to(const std::string& base_url);

// A failed result's `member` as text: a string as it is, anything else as JSON.
std::string error_member(const wfn::Result& result, const char* member);

} // namespace node_tests
