#pragma once

#include <string>

namespace sandbox_test {

// Sends bytes as they are to a server "http://127.0.0.1:PORT" and returns all that comes back until the
// server closes, or 20 s are over. Sending stops without an error when the server no longer listens.
std::string send_raw(const std::string& base_url, const std::string& bytes);

} // namespace sandbox_test
