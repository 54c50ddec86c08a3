#pragma once

#include "api/binding.hpp"
#include "json/validator.hpp"

#include <memory>

namespace pixelml {

// The module's own schemas and API binding, compiled. Immutable.
struct Definitions {
    Definitions();

    Schema input;
    Schema output;
    Schema connection;
    Schema settings;
    BindingRules api_binding;
    std::shared_ptr<const Binding> built_in_binding;
};

// One for all sessions of the process, made by the first and freed with the last.
std::shared_ptr<const Definitions> shared_definitions();

} // namespace pixelml
