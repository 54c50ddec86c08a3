#include "api/authorized_request.hpp"

#include "api/credentials.hpp"

#include <ctime>
#include <utility>

namespace job_engine {

// A run may wait for longer than a token lives, so each attempt has one of its own.
AuthorizedRequest authorized_request(const Connection& connection, std::string_view method,
                                     std::string_view target, std::string_view authority) {
    const auto& binding = *connection.binding;
    SignedAuthorization made;
    if (binding.jwt)
        made = signed_authorization(connection.api_key.view(), connection.api_secret.view(), binding,
                                    std::time(nullptr));
    const auto key = binding.jwt ? made.value.view() : connection.authorization.view();
    const bool key_is_in_query = !binding.authorization_query.empty();
    const auto with_key = key_is_in_query ? RequestWriter::Parameter{binding.authorization_query, key}
                                          : RequestWriter::Parameter{};
    AuthorizedRequest out{RequestWriter(method, target, authority, with_key), std::move(made.signature)};
    if (!key_is_in_query)
        out.writer.header(binding.authorization_header, key);
    return out;
}

} // namespace job_engine
