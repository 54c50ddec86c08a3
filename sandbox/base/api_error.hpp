#pragma once

#include <boost/json/array.hpp>

#include <string>

namespace sandbox {

// Why the API refuses or a job failed: the wire's error code, and a sentence for people.
struct ApiError {
    std::string code;
    std::string message;
    boost::json::array details = {}; // of {"path", "message"}; for invalid_input
};

} // namespace sandbox
