#pragma once

#include <stdexcept>

namespace cli {

// Something the user has to change before anything can be run: exit code 2. what() is for people.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace cli
