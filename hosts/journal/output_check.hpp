#pragma once

#include <workflow_node/host.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace durable {

// JSON from a module, nested as deeply as is reasonable; nullopt if it is not JSON.
std::optional<boost::json::value> parse_module_json(std::string_view text);

// The text as JSON, or as a JSON string if it is not JSON; to be shown.
boost::json::value embedded(std::string_view text);

// Turns a success whose output is not JSON into a failure, because no reader could use it; returns whether it
// did. The run was executed and may have been billed, so its checkpoint is worth keeping.
bool check_output(wfn::Result& result);

} // namespace durable
