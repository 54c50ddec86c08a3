#pragma once

#include <string>

namespace job_engine {

// The build id that the linker has put into this module's file, in hexadecimal; empty when there is none. A
// file with the symbols of a stripped module has the same.
std::string build_id();

} // namespace job_engine
