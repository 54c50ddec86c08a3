#pragma once

#include <string>
#include <vector>

namespace job_engine::testing {

// One service's replies as its documentation shows them, and the description that reads them.
struct PublishedShape {
    std::string name;
    std::string connection; // members: base_url and api_binding; empty: the built-in ones
    std::string job;
    std::string video;
    std::string submitted;
    std::string running;
    std::string finished; // the last poll of a job that is done
    std::string result;   // of the request for the result; empty: the poll carries it
    std::string failed;   // the last poll of one that failed; empty: its result says so
};

std::vector<PublishedShape> published_shapes();

} // namespace job_engine::testing
