#include "api/credentials.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace job_engine {
namespace {

bool is_unreserved(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos;
}

Secret percent_encoded_secret(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    WipedText out;
    out.reserve(text.size() * 3);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved(byte))
            out.push_back(c);
        else
            out.insert(out.end(), {'%', digits[byte >> 4U], digits[byte & 15U]});
    }
    return Secret(view(out));
}

WipedText as_json_has_it(std::string_view text) {
    WipedText escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\')
            escaped.push_back('\\');
        escaped.push_back(c);
    }
    return escaped;
}

// As a token has it: for URLs, and without the filling at its end.
WipedText base64url(std::string_view bytes) {
    auto text = base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.erase(std::find(text.begin(), text.end(), '='), text.end());
    return text;
}

constexpr std::string_view token_header = R"({"alg":"HS256","typ":"JWT"})";

// What is the same in all tokens of a key comes first.
WipedText claims_of(std::string_view key) {
    WipedText claims;
    append(claims, R"({"iss":")");
    append(claims, view(as_json_has_it(key)));
    append(claims, R"(","exp":)");
    return claims;
}

WipedText signature_of(std::string_view text, std::string_view secret) {
    return base64url(bytes_of(hmac_sha256(secret, text)));
}

} // namespace

Secret authorization_for(std::string_view credential, const Binding& binding) {
    if (!binding.authorization_query.empty())
        return percent_encoded_secret(credential);
    const std::string_view pattern = binding.authorization_value;
    const auto placeholder = binding.credential_place();
    const auto at = pattern.find(placeholder);
    if (at == std::string_view::npos)
        return Secret(pattern);
    WipedText value;
    append(value, pattern.substr(0, at));
    append(value, credential);
    append(value, pattern.substr(at + placeholder.size()));
    return Secret(view(value));
}

SignedAuthorization signed_authorization(std::string_view key, std::string_view secret,
                                         const Binding& binding, std::int64_t now) {
    auto claims = claims_of(key);
    append(claims, std::to_string(now + binding.jwt->lifetime.count()));
    append(claims, R"(,"nbf":)");
    append(claims, std::to_string(now - binding.jwt->not_before.count()) + "}");
    auto token = base64url(token_header);
    token.push_back('.');
    append(token, view(base64url(view(claims))));
    const auto signature = signature_of(view(token), secret);
    token.push_back('.');
    append(token, view(signature));
    return {authorization_for(view(token), binding), Secret(view(signature))};
}

std::vector<Secret> secrets_of(std::string_view key, std::string_view secret, const Binding& binding) {
    std::vector<Secret> secrets;
    if (binding.jwt) {
        auto claims = claims_of(key);
        claims.resize(claims.size() / 3 * 3); // the bytes after it share a character with what follows
        const auto payload = base64url(view(claims));
        auto token = base64url(token_header);
        token.push_back('.');
        append(token, view(payload));
        secrets.emplace_back(view(token), Secret::Kind::begins_token);
        secrets.emplace_back(view(payload), Secret::Kind::begins_token);
    }
    add_forms(secrets, key);
    add_forms(secrets, secret);
    return secrets;
}

} // namespace job_engine
