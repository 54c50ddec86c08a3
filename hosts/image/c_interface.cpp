#include "image/c_interface.h"

#include "image/prepare.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

struct image_stop {
    std::atomic<bool> is_asked = false;
};

namespace image {

namespace {

const char* code_of(Problem::Kind kind) {
    switch (kind) {
    case Problem::Kind::no_file:
        return "no_file";
    case Problem::Kind::not_an_image:
        return "not_an_image";
    case Problem::Kind::damaged:
        return "damaged";
    case Problem::Kind::refused:
        return "refused";
    case Problem::Kind::no_tool:
        return "no_tool";
    case Problem::Kind::failed:
        break;
    }
    return "failed";
}

char* copy_of(std::string_view text) {
    auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr)
        return nullptr;
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return copy;
}

Source source_of(const image_order& order) {
    const std::string name = order.name != nullptr ? order.name : "";
    if (order.path != nullptr)
        return Source::open(order.path, name);
    return Source::of_bytes({static_cast<const char*>(order.bytes), order.size},
                            name.empty() ? "The image" : name);
}

void give(const image_order& order, const std::atomic<bool>& is_asked, image_result& result) {
    const Request request{split_media_types(order.media_types), order.max_bytes, order.max_side};
    Tools tools = installed_tools();
    tools.cancelled = &is_asked;
    const Prepared prepared = prepare(source_of(order), request, tools);
    result.bytes = copy_of(prepared.bytes);
    result.size = prepared.bytes.size();
}

} // namespace

} // namespace image

image_stop* image_stop_new() {
    return new (std::nothrow) image_stop;
}

void image_stop_now(image_stop* stop) {
    stop->is_asked = true;
}

void image_stop_free(image_stop* stop) {
    delete stop;
}

void image_prepare(const image_order* order, image_stop* stop, image_result* result) {
    *result = {};
    try {
        image::give(*order, stop->is_asked, *result);
    } catch (const image::Problem& problem) {
        result->code = image::code_of(problem.kind());
        result->problem = image::copy_of(problem.what());
    } catch (const std::exception& error) {
        result->code = "failed";
        result->problem = image::copy_of(error.what());
    }
}

void image_result_free(image_result* result) {
    std::free(result->bytes);
    std::free(result->problem);
    *result = {};
}
