#pragma once

#include "http/http_message.hpp"
#include "json/violation.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace job_engine {

// What examples of all kinds have in common.

// The reply that an example shows.
HttpReply reply_of(const boost::json::object& example);

// A fault for each member that is expected and found otherwise, with its place below the path.
void compare(const boost::json::object& expected, const boost::json::object& found, const std::string& path,
             const std::string& title, std::vector<Violation>& faults);

} // namespace job_engine
