#pragma once

#include <boost/json/object.hpp>

#include <span>
#include <string>

namespace job_engine {

// What the schema asks of the value at this path of member names and indexes, in words:
// "must be a string or null", "must be one of \"Pixel M\", \"Pixel S\"". Empty when the schema says
// more than such a sentence can.
std::string schema_expectation(const boost::json::object& schema, std::span<const std::string> path);

} // namespace job_engine
