#pragma once

#include "api/binding.hpp"
#include "json/violation.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// What is done to a binding's document before it is read as one.

// A member that is a text; empty: there is none.
std::string text_in(const boost::json::object& object, std::string_view name);

// The same of lists of texts, headers and named pointers.
std::vector<std::string> texts_in(const boost::json::object& object, std::string_view name);
Headers headers_of(const boost::json::object& object);
NamedPointers named_pointers_in(const boost::json::object& object, std::string_view name);

// The document for one node: what "nodes" has for it replaces the members of the top level.
boost::json::object description_of_node(const boost::json::object& document, std::string_view action_id,
                                        std::string_view product);

// The names of the variables that it declares.
std::vector<std::string> variable_names(const boost::json::object& document);

// The document with its variables filled in. A required one that is missing is a violation, with its path in
// the connection.
std::vector<Violation> fill_variables(boost::json::object& document, const VariableOf& variable);

} // namespace job_engine
