#include "schema/media_input.hpp"

#include "text/json_text.hpp"

#include <boost/json/object.hpp>

namespace cli {

namespace json = boost::json;

std::vector<MediaInput> media_inputs(std::string_view ui_json) {
    const json::value ui = parse_or_null(ui_json);
    const json::value* controls = ui.is_object() ? ui.get_object().if_contains("inputs") : nullptr;
    std::vector<MediaInput> inputs;
    if (controls == nullptr || !controls->is_object())
        return inputs;
    for (const auto& [name, control] : controls->get_object()) {
        if (control.is_object() && text_member(control.get_object(), "type") == "media_url")
            inputs.push_back({std::string(name), text_member(control.get_object(), "media_type") == "image"});
    }
    return inputs;
}

} // namespace cli
