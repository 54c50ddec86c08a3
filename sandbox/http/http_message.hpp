#pragma once

#include "base/api_error.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sandbox {

using Request = boost::beast::http::request<boost::beast::http::string_body>;

// What is known of the connection that a request came over.
struct Client {
    bool loopback = false;
    bool tls = false;
    std::string local_authority; // "127.0.0.1:8788": where the client reached the server
};

// What to send back, and how the connection ends.
struct Reply {
    enum class Ending {
        regular,
        reset,   // nothing is sent
        stalled, // half of the body is sent; the reset follows after `stall`
    };

    boost::beast::http::status status = boost::beast::http::status::ok;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<std::filesystem::path> file; // instead of a body: sent from disk, in the requested range
    Ending ending = Ending::regular;
    std::chrono::milliseconds stall{0};
};

Reply json_reply(boost::beast::http::status status, const boost::json::value& value);

// {"error": {"code", "message", "details"?}}
Reply error_reply(boost::beast::http::status status, const ApiError& error);

Reply reset_reply();

// The whole number of a Prefer header's "wait", 0 when there is none.
std::chrono::seconds preferred_wait(std::string_view prefer);

// "https://host:port" as the client knows the server: from the Host header, if that looks like one.
std::string base_url(const Request& request, const Client& client);

// Of "Authorization: Bearer <token>"; empty for anything else.
std::string_view bearer_token(std::string_view authorization);

bool is_json_media_type(std::string_view content_type);

} // namespace sandbox
