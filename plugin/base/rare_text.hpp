#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace job_engine {

// A text that is empty in most objects of thousands, where it takes the room of a pointer.
class RareText {
public:
    RareText() = default;
    explicit RareText(std::string text)
        : text_(text.empty() ? nullptr : std::make_unique<std::string>(std::move(text))) {}

    RareText(const RareText& other) : RareText(std::string(other.view())) {}
    RareText(RareText&&) noexcept = default;
    RareText& operator=(const RareText& other) { return *this = RareText(other); }
    RareText& operator=(RareText&&) noexcept = default;
    ~RareText() = default;

    bool empty() const noexcept { return text_ == nullptr; }
    std::string_view view() const noexcept { return empty() ? std::string_view() : *text_; }
    // Leaves it empty.
    std::string take() { return empty() ? std::string() : std::move(*std::exchange(text_, nullptr)); }

    friend bool operator==(const RareText& a, std::string_view b) noexcept { return a.view() == b; }
    friend bool operator==(const RareText& a, const RareText& b) noexcept { return a.view() == b.view(); }

private:
    std::unique_ptr<std::string> text_;
};

} // namespace job_engine
