#include "module/definitions.hpp"

#include "json/json_text.hpp"
#include "plugin_module_embedded.hpp"

#include <mutex>
#include <stdexcept>

namespace job_engine {
namespace {

std::shared_ptr<const Binding> read_built_in(const char* text, const BindingRules& rules) {
    const auto document = parse_json(text);
    if (!document)
        throw std::invalid_argument("the built-in API binding " + document.error().message);
    auto binding = read_binding(document->as_object(), rules);
    if (!binding)
        throw std::invalid_argument(binding.error().message + " " + binding.error().details.front().path);
    return *binding;
}

} // namespace

NodeDefinition::NodeDefinition(const NodeType& type, std::span<const NamedApi> apis,
                               std::shared_ptr<const Schema> binding_schema)
    : node(type), binding_rules{.schema = std::move(binding_schema),
                                .apis = apis,
                                .input_names = node.input_names,
                                .inputs = &node.input.document().at("properties").as_object(),
                                .media_input = media_input(type),
                                .action_id = type.action_id,
                                .errors = type.errors,
                                .product = type.product,
                                .media_limit = type.binding_media_limit,
                                .connection_media_check = type.connection_media_check},
      built_in_binding(read_built_in(type.api_binding, binding_rules)) {}

Definitions::Definitions(const ModuleType& module)
    : connection(module.connection.schema), settings(embedded::settings_schema) {
    const auto binding_schema = std::make_shared<const Schema>(embedded::api_binding_schema);
    for (const auto* type : module.nodes)
        nodes.push_back(std::make_unique<const NodeDefinition>(*type, module.apis, binding_schema));
}

std::shared_ptr<const Definitions> shared_definitions() {
    static std::mutex mutex;
    static std::weak_ptr<const Definitions> shared;
    const std::lock_guard lock(mutex);
    auto definitions = shared.lock();
    if (definitions == nullptr) {
        definitions = std::make_shared<const Definitions>(module_type());
        shared = definitions;
    }
    return definitions;
}

} // namespace job_engine
