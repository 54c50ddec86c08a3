// A file of the host, given through host.hpp.
#include "host_run.hpp"
#include "job_api.hpp"

#include <workflow_node/host.hpp>

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <stdexcept>
#include <string>

namespace boundary_tests {
namespace {

using Answer = std::optional<wfn::Attachment>;

class FileInCpp : public testing::Test {
protected:
    wfn::Request request() {
        wfn::Request request;
        request.input_json = input_with_file();
        request.connection_json = api_.connection(Files::in_the_submit);
        return request;
    }
    wfn::Result result_with(std::function<Answer(const wfn::AttachmentRequest&)> on_attachment) {
        auto wanted = request();
        wanted.on_attachment = std::move(on_attachment);
        return session_.run(node_, std::move(wanted));
    }

    JobApi api_;
    wfn::Module module_ = wfn::Module::load(MODULE_PATH);
    wfn::Session session_ = wfn::Session::open(module_);
    wfn::Node node_ = module_.find("image_to_video").value();
};

TEST_F(FileInCpp, IsWhatTheCallbackReturns) {
    const auto result = result_with([](const wfn::AttachmentRequest& asked) {
        EXPECT_EQ("my photo.jpg", asked.name);
        EXPECT_EQ("/image", asked.path);
        EXPECT_EQ("image/jpeg, image/png", asked.media_types);
        EXPECT_EQ(max_file_bytes, asked.max_bytes);
        return Answer({jpeg_file(), {}, {}});
    });
    EXPECT_TRUE(result.succeeded());
    EXPECT_EQ(1U, api_.submits());
}

TEST_F(FileInCpp, MayComeLater) {
    std::promise<void> asked;
    auto wanted = request();
    wanted.on_attachment = [&](const wfn::AttachmentRequest&) {
        asked.set_value();
        return Answer();
    };
    auto run = session_.start(node_, std::move(wanted));
    asked.get_future().get();
    EXPECT_EQ(WFN_OK, run.attach({jpeg_file(), "image/jpeg", {}}));
    EXPECT_EQ(WFN_INVALID_STATE, run.attach({jpeg_file(), {}, {}}));
    run.wait();
    EXPECT_TRUE(run.result()->succeeded());
}

TEST_F(FileInCpp, MayBeMissing) {
    const auto result = result_with([](const wfn::AttachmentRequest&) {
        return Answer({{}, {}, "It was moved."});
    });
    ASSERT_TRUE(result.error);
    EXPECT_EQ("file_not_given", result.error->code);
    EXPECT_EQ("It was moved.", result.error->message);
    EXPECT_EQ(wfn::Charge::no, result.error->charged);
}

TEST_F(FileInCpp, IsMissingWhereTheCallbackThrows) {
    auto wanted = request();
    wanted.on_attachment = [](const wfn::AttachmentRequest&) -> Answer {
        throw std::runtime_error("The disk is gone.");
    };
    auto run = session_.start(node_, std::move(wanted));
    run.wait();
    EXPECT_EQ("The disk is gone.", run.result()->error->message);
    EXPECT_THROW(std::rethrow_exception(run.callback_exception()), std::runtime_error);
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileInCpp, IsRefusedWithoutACallback) {
    const auto result = session_.run(node_, request());
    ASSERT_TRUE(result.error);
    EXPECT_EQ("invalid_input", result.error->code);
}

} // namespace
} // namespace boundary_tests
