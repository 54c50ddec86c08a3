#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "http/http_message.hpp"

#include <string>

namespace job_engine {

// What the end of a request of an upload means. None of it has cost anything.

// Whether it is worth sending again soon.
bool may_be_sent_again(const HttpReply& reply) noexcept;
bool may_be_sent_again(const TransportFailure& failure) noexcept;

// Of a reply that is no 2xx: the service's own,
Error error_of_upload(const HttpReply& reply, const Binding& binding);
// one of a host that keeps files for the service,
Error error_of_told_host(const HttpReply& reply, const std::string& host, const Binding& binding);
// and one of the connection's storage.
Error error_of_storage(const HttpReply& reply, const Storage& storage);

// Of no reply. receiver: who was asked, "Runway".
Error error_of_upload(const TransportFailure& failure, const std::string& receiver);

} // namespace job_engine
