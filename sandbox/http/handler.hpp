#pragma once

#include "http/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace sandbox {

// Carries out a request. What it is given stays until the reply is there.
using Handler = std::function<boost::asio::awaitable<Reply>(const Request& request, const Client& client)>;

} // namespace sandbox
