#pragma once

#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <vector>

namespace sandbox_test {

struct Call {
    std::string method = "GET";
    std::string url;
    std::vector<std::string> headers; // "Name: value"
    std::string body;                 // sent when not empty
    std::string ca_file;
    long timeout_ms = 90'000;
};

struct Answer {
    int curl_code = 0; // 0: a complete answer arrived
    long status = 0;
    std::string body;
    std::map<std::string, std::string> headers; // names in lower case

    boost::json::value json() const; // null when the body is not JSON
    std::string error_code() const;  // of {"error": {"code"}}; empty when there is none
};

// One request on a connection of its own, through libcurl.
Answer call(const Call& request);

} // namespace sandbox_test
