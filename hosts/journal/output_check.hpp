#pragma once

#include <workflow_node/host.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace durable {

// JSON of a module, however deep it may reasonably be; nullopt: it is none.
std::optional<boost::json::value> parse_module_json(std::string_view text);

// As text where it is none, to be shown.
boost::json::value embedded(std::string_view text);

// Makes a success whose output is not JSON the failure that it is: nobody who reads it could use it. True: it
// was one. The run was done and may have been billed; its checkpoint is worth keeping.
bool check_output(wfn::Result& result);

} // namespace durable
