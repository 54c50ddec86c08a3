#pragma once

#include "http/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace sandbox {

// Carries out one request. Its arguments stay valid until it is done.
using Handler = std::function<boost::asio::awaitable<Reply>(const Request& request, const Client& client)>;

} // namespace sandbox
