#include "module/definitions.hpp"

#include "json/json_text.hpp"
#include "nodes/input.hpp"
#include "plugin_module_embedded.hpp"

#include <mutex>
#include <stdexcept>

namespace pixelml {
namespace {

std::shared_ptr<const Binding> read_built_in(const BindingRules& rules) {
    const auto document = parse_json(embedded::pixelml_api);
    if (!document)
        throw std::invalid_argument("the built-in API binding " + document.error().message);
    auto binding = read_binding(document->as_object(), rules);
    if (!binding)
        throw std::invalid_argument(binding.error().message + " " + binding.error().details.front().path);
    return *binding;
}

} // namespace

Definitions::Definitions()
    : input(embedded::input_schema), output(embedded::output_schema), connection(embedded::connection_schema),
      settings(embedded::settings_schema), api_binding{Schema(embedded::api_binding_schema),
                                                       {input_names.begin(), input_names.end()}},
      built_in_binding(read_built_in(api_binding)) {}

std::shared_ptr<const Definitions> shared_definitions() {
    static std::mutex mutex;
    static std::weak_ptr<const Definitions> shared;
    const std::lock_guard lock(mutex);
    auto definitions = shared.lock();
    if (definitions == nullptr) {
        definitions = std::make_shared<const Definitions>();
        shared = definitions;
    }
    return definitions;
}

} // namespace pixelml
