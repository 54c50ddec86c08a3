#include "attachment/attached_files.hpp"

#include "image/prepare.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace cli {

namespace {

wfn::Attachment no_file(const std::string& why) {
    return {{}, {}, why};
}

bool is_image(const image::Request& request) {
    for (const std::string& type : request.media_types) {
        if (type.compare(0, 6, "image/") == 0)
            return true;
    }
    return false;
}

} // namespace

struct AttachedFiles::OfRun::State {
    std::mutex mutex;
    wfn::Run* run = nullptr;
    std::optional<wfn::Attachment> unclaimed; // came before there was a run

    void answer(wfn::Attachment attachment) {
        const std::lock_guard lock(mutex);
        if (run != nullptr)
            run->attach(attachment);
        else
            unclaimed = std::move(attachment);
    }
};

AttachedFiles::OfRun::OfRun(AttachedFiles& files, wfn::Request& request) : state_(std::make_shared<State>()) {
    request.on_attachment = [&files, state = state_](const wfn::AttachmentRequest& wanted) {
        try {
            files.workers_.post([&files, state, wanted] { state->answer(files.load(wanted)); });
        } catch (const std::exception& error) {
            return std::optional(
                no_file("This machine cannot read the file now: " + std::string(error.what()) + "."));
        }
        return std::optional<wfn::Attachment>();
    };
}

void AttachedFiles::OfRun::detach() {
    const std::lock_guard lock(state_->mutex);
    state_->run = nullptr;
}

void AttachedFiles::OfRun::started(wfn::Run& run) {
    const std::lock_guard lock(state_->mutex);
    state_->run = &run;
    if (state_->unclaimed)
        run.attach(*std::exchange(state_->unclaimed, std::nullopt));
}

AttachedFiles::~AttachedFiles() {
    ending_ = true;
}

wfn::Attachment AttachedFiles::load(const wfn::AttachmentRequest& wanted) {
    try {
        const image::Source source = image::Source::open(wanted.name);
        const image::Request request{image::split_media_types(wanted.media_types), wanted.max_bytes,
                                     wanted.max_side};
        if (!is_image(request)) {
            // One byte too many is refused by the module, with its words.
            const std::size_t most = wanted.max_bytes == 0 ? image::largest_result : wanted.max_bytes;
            return {source.read(most + 1), {}, {}};
        }
        image::Tools tools = image::installed_tools();
        tools.cancelled = &ending_;
        image::Prepared prepared = image::prepare(source, request, tools);
        if (told_)
            told_(source.name() + ": " + prepared.description);
        return {std::move(prepared.bytes), std::string(media_type_of(prepared.format)), {}};
    } catch (const std::exception& error) {
        return no_file(error.what());
    }
}

} // namespace cli
