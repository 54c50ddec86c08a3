#pragma once

#include "api/binding.hpp"
#include "job/node_type.hpp"

#include <span>

namespace job_engine {

// What a node's runs are given to reach the service, as the descriptor shows it.
struct ConnectionType {
    const char* name;
    const char* category;
    const char* description;
    const char* schema;
};

// A module as data: its nodes share one kind of connection.
struct ModuleType {
    const char* name;
    const char* version;
    ConnectionType connection;
    std::span<const NodeType* const> nodes;
    std::span<const NamedApi> apis{}; // that a connection may name instead of the nodes' own
};

// Each module defines it, once. What it refers to lives as long as the module.
const ModuleType& module_type() noexcept;

} // namespace job_engine
