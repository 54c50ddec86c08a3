#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace job_engine {

// A text that thousands of objects have in common: they share one copy, which never changes.
class SharedText {
public:
    SharedText() = default;
    explicit SharedText(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}

    std::string_view view() const noexcept { return text_ == nullptr ? std::string_view() : *text_; }

    friend bool operator==(const SharedText& a, const SharedText& b) noexcept { return a.view() == b.view(); }

private:
    std::shared_ptr<const std::string> text_;
};

} // namespace job_engine
