#pragma once

#include "jobs/job_store.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>

namespace sandbox {

// A job as the API shows it. URLs begin with `base`, e.g. "http://127.0.0.1:8788".
boost::json::object job_json(const Job& job, const std::string& base);

// The newest `limit` jobs and the counts of all: {"jobs", "counts", "kept", "created"}. Long prompts are
// shortened here, so that a list stays a few hundred KiB at most.
boost::json::object job_list_json(const JobStore& store, std::size_t limit, const std::string& base);

} // namespace sandbox
