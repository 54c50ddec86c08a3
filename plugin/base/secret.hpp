#pragma once

#include <boost/json/memory_resource.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

// An allocator that overwrites memory before it gives it back.
template <class T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() noexcept = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {} // NOLINT(google-explicit-constructor)

    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* memory, std::size_t count) noexcept {
        OPENSSL_cleanse(memory, count * sizeof(T));
        std::allocator<T>{}.deallocate(memory, count);
    }

    template <class U>
    friend bool operator==(const WipingAllocator&, const WipingAllocator<U>&) noexcept {
        return true;
    }
};

// Text that is wiped when it goes. A vector, because a short std::string lives inside its object,
// where no allocator sees it.
using WipedText = std::vector<char, WipingAllocator<char>>;

inline std::string_view view(const WipedText& text) noexcept {
    return {text.data(), text.size()};
}

inline void append(WipedText& text, std::string_view more) {
    text.insert(text.end(), more.begin(), more.end());
}

class Secret {
public:
    // A token is made anew for each request, so only its beginning is known beforehand.
    enum class Kind { whole, begins_token };

    Secret() = default;
    explicit Secret(std::string_view text, Kind kind = Kind::whole)
        : characters_(text.begin(), text.end()), kind_(kind) {}

    std::string_view view() const noexcept { return job_engine::view(characters_); }
    bool empty() const noexcept { return characters_.empty(); }

    // Where in the text ends what the characters before `end` begin.
    std::size_t end_in(std::string_view text, std::size_t end) const noexcept {
        return kind_ == Kind::whole ? end
                                    : std::min(text.find_first_not_of(token_characters, end), text.size());
    }

private:
    static constexpr std::string_view token_characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    WipedText characters_;
    Kind kind_ = Kind::whole;
};

// A secret of a few characters would be found everywhere and hides nothing, so it is not looked for.
constexpr std::size_t min_secret = 6;
constexpr std::string_view secret_mask = "***";

// Whether one stands in the text, its characters written as they are or as JSON and URLs may write them, once
// or several times over: \/, \u002F, %2f, \\u002f.
bool holds_secret(std::string_view text, const Secret& secret);
bool holds_secret(std::string_view text, const std::vector<Secret>& secrets);

// The text with "***" wherever the secret stood. JSON stays JSON.
std::string without_secret(std::string text, const Secret& secret);
std::string without_secrets(std::string text, const std::vector<Secret>& secrets);

// The text without the signatures of URLs that are signed as Amazon's storage wants them: with one, anybody
// may do what its URL says.
std::string without_url_signatures(std::string text);

// Wiped, as what it is made of may be secret.
WipedText base64(std::string_view bytes);

// Adds a secret in the forms in which it may come back: as it is, and within base64. The longest come first,
// so that none is masked in part.
void add_forms(std::vector<Secret>& secrets, std::string_view text);

// Memory for JSON that holds secrets, wiped when it is given back. Without the alignment, which is never
// above that of new: Boost.JSON 1.81 gives a key back with another one than it was asked for with, where a
// text that is no JSON ends amid an object.
class WipingResource final : public boost::json::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t /*alignment*/) override { return ::operator new(bytes); }
    void do_deallocate(void* memory, std::size_t bytes, std::size_t /*alignment*/) override {
        OPENSSL_cleanse(memory, bytes);
        ::operator delete(memory);
    }
    bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
        return this == &other;
    }
};

} // namespace job_engine
