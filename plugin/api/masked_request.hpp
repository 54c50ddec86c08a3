#pragma once

#include "api/connection.hpp"
#include "http/http_message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace job_engine {

// A connection's requests as people may see them: without what is or may be one of its secrets.
class MaskedRequest {
public:
    // Both must outlive it. user_agent: as the client sends it. signature: see HttpReply.
    MaskedRequest(const Connection& connection, std::string_view user_agent, Secret signature = {})
        : connection_(connection), user_agent_(user_agent), signature_(std::move(signature)) {}

    std::string url(const HttpRequest& request) const;
    // Those that a request is sent with, but Host and Content-Length.
    boost::json::object headers(const HttpRequest& request) const;

    // Of a request or its reply.
    std::string text(std::string_view text) const;
    boost::json::value json(boost::json::value&& value) const;
    // A URL or what of it is known. Keys are often in a query, and a job's own address may be signed there.
    std::string address(std::string_view url) const;

private:
    const Connection& connection_;
    std::string_view user_agent_;
    Secret signature_;
};

} // namespace job_engine
