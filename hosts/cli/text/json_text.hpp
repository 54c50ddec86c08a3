#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace cli {

// The text as JSON; null where it is not JSON: for texts of a module, which are shown, not trusted.
boost::json::value parse_or_null(std::string_view json);

// The member's text; empty where there is none, or it is not a text.
std::string text_member(const boost::json::object& object, std::string_view name);

} // namespace cli
