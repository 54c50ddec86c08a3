#pragma once

#include "run_node.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <string>

namespace faults {

inline constexpr const char* secret_key = "secret-key-of-the-faults";

// What a service does about a submit that comes again, and what its clients know of that.
enum class Settled {
    by_key,  // it honours idempotency keys
    by_list, // it lists its jobs, with a marker
    never
};

// A connection to the service. With by_list, a job is listed within three seconds.
boost::json::object connection_to(const std::string& base_url, Settled settled);

// For a host in a process of its own; the file's path.
std::string write_connection(const std::filesystem::path& directory, const boost::json::object& connection);

// A run of this prompt at the service, by its own run key.
test_support::RunSpec spec_for(const std::string& base_url, const std::string& prompt);

// A member of the result's error as text; empty where there is none.
std::string error_text(const wfn::Result& result, const char* member);

} // namespace faults
