#pragma once

#include "schema/schema_view.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// The value of --set as the member's schema reads it: text stays text; true, false, null and numbers where
// the schema allows them; JSON for arrays and objects. For a member that may be text or null, the word null
// means null. Throws UsageError.
boost::json::value parse_set_value(const SchemaProperty& property, std::string_view text);

// The input: `base_json`, the text of --input if there was one, with the "name=value" assignments applied.
// Without assignments the text is returned unchanged: the module reports what is wrong with it. Throws
// UsageError: no '=', a name that the schema does not have, a value of the wrong type, a base that is not a
// JSON object.
std::string build_input(const std::optional<std::string>& base_json,
                        const std::vector<std::string>& assignments, std::string_view input_schema_json);

} // namespace cli
