#pragma once

#include <workflow_node/host.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace durable {

// What a module may give at most; more is taken for a defect.
inline constexpr std::size_t max_output = std::size_t{64} * 1024 * 1024;

// JSON from a module, nested as deeply as is reasonable; nullopt if it is not JSON.
std::optional<boost::json::value> parse_module_json(std::string_view text);

// The JSON text on one line, its numbers as they are; a text that is not JSON as a JSON string. To be shown.
std::string embedded(std::string_view text);

// Why a module's checkpoint is not worth keeping, as a sentence; empty if it is: it is JSON of a size that
// can be given back.
std::string fault_of_checkpoint(const wfn::Checkpoint& checkpoint);

// Makes a result of a module that broke the contract one that can be shown and kept. A success whose output
// no reader could use, an outcome that does not exist, and a failure without an error become failures that
// blame the module; an error's missing members are filled in; a checkpoint that is not worth keeping is
// removed. Returns whether the run's last checkpoint is to be kept instead: it was executed and may have been
// billed, and only an ending by node.h without a checkpoint, which is not a suspension, says that there is
// nothing to go on from.
bool check_result(wfn::Result& result);

} // namespace durable
