#include "base/secret.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace job_engine {
namespace {

// A text that was escaped again and again doubles its backslashes each time; what is longer is no escape.
// Without a bound a reply of nothing but backslashes would take time by the square of its length.
constexpr std::size_t max_backslashes = 64; // even: of an odd row one escapes what follows

std::size_t backslashes_at(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at, max_backslashes);
    return std::min(rest.find_first_not_of('\\'), rest.size());
}

// Whether the digits at this place are the character's code.
bool is_code(std::string_view text, std::size_t at, std::size_t digits, char c) {
    unsigned code = 0;
    if (at + digits > text.size())
        return false;
    const auto* first = text.data() + at;
    const auto parsed = std::from_chars(first, first + digits, code, 16);
    return parsed.ptr == first + digits && code == static_cast<unsigned char>(c);
}

// How many bytes the character takes that is written here, other than as it is; 0: it is not.
std::size_t escaped_length(std::string_view text, std::size_t at, char c) {
    if (text[at] == '%') {
        for (auto code = at + 1;; code += 2) {
            if (is_code(text, code, 2, c))
                return code + 2 - at;
            if (text.substr(code, 2) != "25") // a percent sign that was escaped itself
                return 0;
        }
    }
    const auto slashes = backslashes_at(text, at);
    const auto next = at + slashes;
    if (slashes == 0 || next == text.size())
        return 0;
    if (text[next] == 'u' && is_code(text, next + 1, 4, c))
        return slashes + 5;
    return text[next] == c ? slashes + 1 : 0;
}

// Backslashes stand for one, however often they were doubled. An odd one at the end escapes what follows.
std::size_t backslash_length(std::string_view text, std::size_t at, bool is_last) {
    const auto slashes = backslashes_at(text, at);
    return is_last && slashes > 1 ? slashes - slashes % 2 : slashes;
}

// How many bytes the secret takes here; 0: it does not stand here.
std::size_t length_here(std::string_view text, std::size_t begin, std::string_view secret) {
    auto at = begin;
    for (std::size_t i = 0; i < secret.size(); ++i) {
        if (at >= text.size())
            return 0;
        auto length = escaped_length(text, at, secret[i]);
        if (length == 0 && secret[i] == '\\') {
            const auto row = backslashes_at(secret, i);
            length = backslash_length(text, at, i + row == secret.size());
            i += length != 0 ? row - 1 : 0;
        }
        if (length == 0 && text[at] == secret[i])
            length = 1;
        if (length == 0)
            return 0;
        at += length;
    }
    return at - begin;
}

struct Stretch {
    std::size_t at;
    std::size_t length;
};

bool has_escapes(std::string_view text) {
    return text.find('\\') != std::string_view::npos || text.find('%') != std::string_view::npos;
}

// The first place from this one on where the secret is escaped, or might be; npos: there is none.
Stretch escaped_place_of(std::string_view text, std::string_view secret, std::size_t from) {
    const auto may_begin = [front = secret.front()](char c) { return c == front || c == '\\' || c == '%'; };
    for (auto at = from; at < text.size(); ++at) {
        if (!may_begin(text[at]))
            continue;
        // All backslashes of a row lead to the same character, so only the first that may is looked at.
        const bool in_row = text[at] == '\\' && secret.front() != '\\';
        const auto end = in_row ? std::min(text.find_first_not_of('\\', at), text.size()) : at + 1;
        if (in_row && end - at > max_backslashes)
            at = end - max_backslashes;
        if (const auto length = length_here(text, at, secret); length != 0)
            return {at, length};
        at = end - 1;
    }
    return {std::string_view::npos, 0};
}

// The first place of the secret from this one on; npos: there is none. escaped: has_escapes(text).
Stretch place_of(std::string_view text, std::string_view secret, std::size_t from, bool escaped) {
    if (secret.size() < min_secret)
        return {std::string_view::npos, 0};
    // As it is, also where it has a percent sign or backslashes of its own.
    const Stretch plain{text.find(secret, from), secret.size()};
    const auto other = escaped ? escaped_place_of(text, secret, from) : Stretch{std::string_view::npos, 0};
    return other.at < plain.at || (other.at == plain.at && other.length > plain.length) ? other : plain;
}

// The part of a text's base64 that is the same whatever stands around it, where it begins `shift` bytes into
// a group of three.
Secret base64_core(std::string_view text, std::size_t shift, bool of_urls) {
    WipedText plain(shift, 0);
    plain.insert(plain.end(), text.begin(), text.end());
    const auto encoded = base64(view(plain));
    WipedText core;
    for (auto at = (shift * 8 + 5) / 6; at < plain.size() * 8 / 6; ++at) {
        const auto digit = encoded[at];
        core.push_back(of_urls && digit == '+' ? '-' : of_urls && digit == '/' ? '_' : digit);
    }
    return Secret(view(core));
}

} // namespace

bool holds_secret(std::string_view text, const Secret& secret) {
    return place_of(text, secret.view(), 0, has_escapes(text)).at != std::string_view::npos;
}

bool holds_secret(std::string_view text, const std::vector<Secret>& secrets) {
    const bool escaped = has_escapes(text);
    return std::any_of(secrets.begin(), secrets.end(), [&](const Secret& secret) {
        return place_of(text, secret.view(), 0, escaped).at != std::string_view::npos;
    });
}

std::string without_secret(std::string text, const Secret& secret) {
    const bool escaped = has_escapes(text);
    auto place = place_of(text, secret.view(), 0, escaped);
    if (place.at == std::string::npos)
        return text;
    std::string masked;
    std::size_t end = 0; // of what is done
    while (place.at != std::string::npos) {
        masked.append(text, end, place.at - end).append(secret_mask);
        end = secret.end_in(text, place.at + place.length);
        place = place_of(text, secret.view(), end, escaped);
    }
    return masked.append(text, end);
}

std::string without_secrets(std::string text, const std::vector<Secret>& secrets) {
    if (!holds_secret(text, secrets))
        return text;
    for (const auto& secret : secrets)
        text = without_secret(std::move(text), secret);
    return text;
}

std::string without_url_signatures(std::string text) {
    if (text.find("X-Amz-Signature") == std::string::npos)
        return text;
    return without_secret(std::move(text), Secret("X-Amz-Signature=", Secret::Kind::begins_token));
}

WipedText base64(std::string_view bytes) {
    std::vector<unsigned char, WipingAllocator<unsigned char>> encoded(bytes.size() / 3 * 4 + 5);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const auto length = EVP_EncodeBlock(encoded.data(), data, static_cast<int>(bytes.size()));
    return {encoded.begin(), encoded.begin() + length};
}

void add_forms(std::vector<Secret>& secrets, std::string_view text) {
    const auto add = [&secrets](Secret secret) {
        const auto is_same = [&](const Secret& known) { return known.view() == secret.view(); };
        if (!secret.empty() && std::none_of(secrets.begin(), secrets.end(), is_same))
            secrets.push_back(std::move(secret));
    };
    add(Secret(text));
    for (std::size_t shift = 0; shift < 3; ++shift)
        for (const bool of_urls : {false, true})
            add(base64_core(text, shift, of_urls));
    std::stable_sort(secrets.begin(), secrets.end(),
                     [](const Secret& a, const Secret& b) { return a.view().size() > b.view().size(); });
}

} // namespace job_engine
