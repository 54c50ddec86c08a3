#pragma once

#include <stdexcept>

namespace cli {

// An input that is not valid, as this program knows without the module: exit code 1, as for what the module
// finds.
class InputError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace cli
