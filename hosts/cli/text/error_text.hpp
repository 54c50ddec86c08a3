#pragma once

#include "posix/terminal.hpp"

#include <workflow_node/host.hpp>

#include <string>

namespace cli {

// Why a run failed, laid out for people in lines of at most terminal.columns: what happened, cause, solution,
// details, whether it may have been billed, whether and when to retry, and the ids for contacting the
// service.
std::string error_text(const wfn::Error& error, const Terminal& terminal);

// The same for a cancelled run, without a cause and a solution: the user cancelled it.
std::string cancelled_text(const wfn::Error& error, const Terminal& terminal);

// A short message, "Error: ..." or "Warning: ...", in lines of at most terminal.columns.
std::string message_text(const char* kind, const std::string& message, const Terminal& terminal);

} // namespace cli
