#pragma once

#include "api/binding.hpp"
#include "job/node_type.hpp"
#include "json/validator.hpp"
#include "module/module_type.hpp"

#include <memory>
#include <span>
#include <vector>

namespace job_engine {

// A node of the module, with what the connections of its runs are read against.
struct NodeDefinition {
    NodeDefinition(const NodeType& type, std::span<const NamedApi> apis,
                   std::shared_ptr<const Schema> binding_schema);

    const Node node;
    const BindingRules binding_rules;
    const std::shared_ptr<const Binding> built_in_binding;
};

// The module's own schemas and API bindings, compiled. Immutable.
struct Definitions {
    explicit Definitions(const ModuleType& module);

    Schema connection;
    Schema settings;
    std::vector<std::unique_ptr<const NodeDefinition>> nodes; // in the module's order
};

// One for all sessions of the process, made by the first and freed with the last.
std::shared_ptr<const Definitions> shared_definitions();

} // namespace job_engine
