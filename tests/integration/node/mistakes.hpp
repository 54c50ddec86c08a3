#pragma once

#include "played_service.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace node_tests {

// One mistake in a description.
struct Mistake {
    std::string kind; // e.g. "a pointer that is misspelt"
    std::string what; // e.g. "/reply/id/0: /idd"
    boost::json::object description;
};

// Every single mistake of these kinds in what a description reads of replies, and in where it looks for a
// job.
std::vector<Mistake> mistakes_in_reading(const DescribedApi& api);

// The same of what it sends to make a job.
std::vector<Mistake> mistakes_in_sending(const DescribedApi& api);

} // namespace node_tests
