#pragma once

#include "api/binding.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace job_engine {

// What a request shows of a connection's key, and the texts by which others could repeat it.

// The value of the binding's header or query parameter with this key or token in it.
Secret authorization_for(std::string_view credential, const Binding& binding);

// Where the binding wants a token: a JSON Web Token, RFC 7519, that the secret has signed.
struct SignedAuthorization {
    Secret value;
    Secret signature; // of this token alone, so that no secret of the connection masks it
};
// now: Unix seconds.
SignedAuthorization signed_authorization(std::string_view key, std::string_view secret,
                                         const Binding& binding, std::int64_t now);

// The longest first. Tokens are among them by what all of them begin with.
std::vector<Secret> secrets_of(std::string_view key, std::string_view secret, const Binding& binding);

} // namespace job_engine
