#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// The text as JSON; null if it is not JSON. For texts of a module that are only shown.
boost::json::value parse_or_null(std::string_view json);

// The member's text; empty if there is none, or if it is not a text.
std::string text_member(const boost::json::object& object, std::string_view name);

// Adds a member to the text of an object that has one already; the value is JSON.
void append_member(std::string& object, std::string_view name, std::string_view value);

// The messages of a run's warnings_json, as far as they can be read.
std::vector<std::string> warning_messages(std::string_view warnings_json);

} // namespace cli
