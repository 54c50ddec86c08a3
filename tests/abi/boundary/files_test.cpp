// A file of the host: asked for, given inside the callback or later, refused, and not asked for.
#include "host_run.hpp"
#include "job_api.hpp"
#include "loaded_module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <thread>

namespace boundary_tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class FileOfTheHost : public testing::Test {
protected:
    explicit FileOfTheHost(Files files = Files::in_the_submit) : run_(module_, api_.connection(files)) {
        run_.input = input_with_file();
        run_.on_attachment = [this](wfn_run* run, const wfn_attachment_request*) {
            run_.give(run, jpeg_file());
        };
    }

    // The host takes its time.
    void give_later() {
        run_.on_attachment = [](wfn_run*, const wfn_attachment_request*) {};
    }
    void start() { ASSERT_EQ(WFN_OK, run_.start(session_.get())); }

    JobApi api_{{.polls_until_done = 1, .keys_honoured = true}};
    LoadedModule module_;
    OpenSession session_{module_};
    HostRun run_;
};

class UploadedFile : public FileOfTheHost {
protected:
    UploadedFile() : FileOfTheHost(Files::uploaded) {}
};

void expect_unpaid(const Ending& ending, const std::string& code) {
    EXPECT_EQ(WFN_FAILED, ending.outcome);
    EXPECT_EQ(code, ending.error_code);
    EXPECT_THAT(ending.error_json, HasSubstr(R"("charged":"no")"));
}

TEST_F(FileOfTheHost, IsAskedForOnceAndIsPartOfTheSubmit) {
    wfn_status again = WFN_OK;
    run_.on_attachment = [&](wfn_run* run, const wfn_attachment_request* request) {
        EXPECT_EQ(sizeof *request, request->struct_size);
        EXPECT_STREQ("my photo.jpg", request->name);
        EXPECT_STREQ("/image", request->path);
        EXPECT_STREQ("image/jpeg, image/png", request->media_types);
        EXPECT_EQ(max_file_bytes, request->max_bytes);
        EXPECT_EQ(0U, request->max_side);
        EXPECT_EQ(WFN_OK, run_.give(run, jpeg_file()));
        again = run_.give(run, jpeg_file());
    };
    start();
    EXPECT_EQ(JobApi::output_of(1), run_.wait().output);
    EXPECT_EQ(WFN_INVALID_STATE, again);
    EXPECT_EQ(WFN_INVALID_STATE, run_.give(run_.handle(), jpeg_file()));
    EXPECT_EQ(1, run_.attachments());
    EXPECT_EQ(0, run_.misplaced_callbacks());
    EXPECT_THAT(api_.images(), ElementsAre("data:image/jpeg;base64,/9j/2gAC/9k="));
}

TEST_F(FileOfTheHost, MayBeGivenLaterByAnyThread) {
    give_later();
    start();
    std::thread giver([this] {
        ASSERT_TRUE(run_.wait_for_attachment());
        EXPECT_EQ(0U, api_.submits());
        EXPECT_EQ(WFN_OK, run_.give(run_.handle(), jpeg_file()));
    });
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    giver.join();
}

TEST_F(FileOfTheHost, MayBeGivenByAHostThatHasReleasedTheRun) {
    start();
    ASSERT_EQ(WFN_OK, module_->run_release(run_.handle()));
    run_.forget_handle();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
}

TEST_F(UploadedFile, IsAtTheServiceBeforeTheCheckpointOfTheSubmit) {
    run_.keeps_checkpoints = true;
    run_.on_checkpoint = [this](wfn_run* run, const std::string&) {
        EXPECT_EQ(1U, api_.uploads());
        module_->run_checkpoint_saved(run, 1);
    };
    start();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_THAT(api_.images(), ElementsAre("https://files.example/1.jpg"));
    EXPECT_THAT(run_.checkpoints().front(), HasSubstr("https://files.example/1.jpg"));
    const auto upload = api_.server().requests("POST", "/v1/files").front();
    EXPECT_EQ(jpeg_file(), upload.body);
    EXPECT_EQ("image/jpeg", upload.header("content-type"));
}

// As after a crash between the checkpoint and the submit.
TEST_F(UploadedFile, IsNotAskedForAgain) {
    run_.keeps_checkpoints = true;
    start();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    HostRun again(module_, *run_.connection);
    again.input = run_.input;
    again.checkpoint = run_.checkpoints().front();
    again.keeps_checkpoints = true;
    again.on_attachment = [](wfn_run*, const wfn_attachment_request*) {};
    ASSERT_EQ(WFN_OK, again.start(session_.get()));
    EXPECT_EQ(JobApi::output_of(1), again.wait().output) << "the service has recognised the key";
    EXPECT_EQ(0, again.attachments());
    EXPECT_EQ(1U, api_.uploads());
    const auto submits = api_.server().requests("POST", "/v1/image-to-video");
    ASSERT_EQ(2U, submits.size());
    EXPECT_EQ(submits[0].body, submits[1].body);
    EXPECT_EQ(submits[0].header("idempotency-key"), submits[1].header("idempotency-key"));
}

TEST_F(FileOfTheHost, ThatIsAnotherOneThanWasSubmittedIsNotSubmitted) {
    run_.keeps_checkpoints = true;
    start();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    HostRun again(module_, *run_.connection);
    again.input = run_.input;
    again.checkpoint = run_.checkpoints().front();
    again.on_attachment = [&](wfn_run* run, const wfn_attachment_request*) { again.give(run, jpeg_file(9)); };
    ASSERT_EQ(WFN_OK, again.start(session_.get()));
    const auto ending = again.wait();
    EXPECT_EQ("invalid_input", ending.error_code);
    EXPECT_THAT(ending.error_json, HasSubstr(R"("charged":"unknown")"));
    EXPECT_EQ(again.checkpoint, ending.checkpoint);
    EXPECT_EQ(1U, api_.submits());
}

TEST_F(FileOfTheHost, BehindTheSameNameIsAnotherRunWhereItIsAnother) {
    run_.run_key = "the same";
    start();
    EXPECT_EQ(JobApi::output_of(1), run_.wait().output);
    for (const auto& [file, job] : {std::pair{jpeg_file(), 1}, std::pair{jpeg_file(9), 2}}) {
        HostRun again(module_, *run_.connection);
        again.input = run_.input;
        again.run_key = run_.run_key;
        again.on_attachment = [&](wfn_run* run, const wfn_attachment_request*) { again.give(run, file); };
        ASSERT_EQ(WFN_OK, again.start(session_.get()));
        EXPECT_EQ(JobApi::output_of(job), again.wait().output);
    }
}

TEST_F(FileOfTheHost, IsStillWaitedForAfterAWrongAnswer) {
    std::vector<wfn_status> statuses;
    run_.on_attachment = [&](wfn_run* run, const wfn_attachment_request*) {
        wfn_attachment attachment{};
        attachment.struct_size = offsetof(wfn_attachment, failure);
        statuses.push_back(module_->run_attach(run, nullptr));
        statuses.push_back(module_->run_attach(run, &attachment));
        attachment.struct_size = sizeof attachment;
        attachment.size = 7;
        statuses.push_back(module_->run_attach(run, &attachment));
        statuses.push_back(module_->run_attach(nullptr, &attachment));
        EXPECT_EQ(WFN_OK, run_.give(run, jpeg_file()));
    };
    start();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_THAT(statuses, ElementsAre(WFN_INVALID_ARGUMENT, WFN_INVALID_ARGUMENT, WFN_INVALID_ARGUMENT,
                                      WFN_INVALID_ARGUMENT));
    EXPECT_EQ(WFN_INVALID_HANDLE, run_.give(nullptr, jpeg_file()));
}

TEST_F(FileOfTheHost, OfARunThatHasNoneIsNotWaitedFor) {
    run_.input = valid_input();
    run_.keeps_checkpoints = true;
    wfn_status status = WFN_OK;
    run_.on_checkpoint = [&](wfn_run* run, const std::string&) {
        status = run_.give(run, jpeg_file());
        module_->run_checkpoint_saved(run, 1);
    };
    start();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);
    EXPECT_EQ(WFN_INVALID_STATE, status);
    EXPECT_EQ(0, run_.attachments());
}

TEST_F(FileOfTheHost, ThatTheHostCannotGiveEndsTheRunWithItsWords) {
    run_.on_attachment = [&](wfn_run* run, const wfn_attachment_request*) {
        run_.give_failure(run, "There is no my photo.jpg: look for it in the trash.");
    };
    start();
    const auto ending = run_.wait();
    expect_unpaid(ending, "file_not_given");
    EXPECT_THAT(ending.error_json,
                HasSubstr(R"("message":"There is no my photo.jpg: look for it in the trash.")"));
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileOfTheHost, ThatTheServiceDoesNotTakeEndsTheRun) {
    for (const auto& [file, code] : {std::pair<std::string, std::string>{"GIF89a", "invalid_image_file"},
                                     {"", "invalid_image_file"},
                                     {jpeg_file().substr(0, 5), "invalid_image_file"},
                                     {jpeg_file(max_file_bytes), "image_too_large"}}) {
        HostRun run(module_, *run_.connection);
        run.input = input_with_file();
        run.on_attachment = [&](wfn_run* handle, const wfn_attachment_request*) {
            EXPECT_EQ(WFN_OK, run.give(handle, file));
        };
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        expect_unpaid(run.wait(), code);
    }
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileOfTheHost, ThatIsTooLargeIsNotEvenRead) {
    run_.on_attachment = [&](wfn_run* run, const wfn_attachment_request*) {
        const char byte = 0;
        wfn_attachment attachment{};
        attachment.struct_size = sizeof attachment;
        attachment.data = &byte;
        attachment.size = UINT64_MAX;
        EXPECT_EQ(WFN_OK, module_->run_attach(run, &attachment));
    };
    start();
    expect_unpaid(run_.wait(), "image_too_large");
}

TEST_F(FileOfTheHost, ThatDoesNotComeEndsTheRunAtItsDeadline) {
    give_later();
    run_.request.timeout_ms = 200;
    start();
    expect_unpaid(run_.wait(), "processing_timeout");
    EXPECT_EQ(WFN_INVALID_STATE, run_.give(run_.handle(), jpeg_file()));
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileOfTheHost, IsNoLongerWaitedForWhenTheRunIsStopped) {
    give_later();
    for (const bool cancels : {true, false}) {
        HostRun run(module_, *run_.connection);
        run.input = input_with_file();
        run.on_attachment = run_.on_attachment;
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        ASSERT_TRUE(run.wait_for_attachment());
        EXPECT_EQ(WFN_OK, cancels ? module_->run_cancel(run.handle()) : module_->run_suspend(run.handle()));
        EXPECT_EQ(cancels ? WFN_CANCELLED : WFN_SUSPENDED, run.wait().outcome);
        EXPECT_EQ(WFN_INVALID_STATE, run.give(run.handle(), jpeg_file()));
    }
    start();
    ASSERT_TRUE(run_.wait_for_attachment());
    EXPECT_EQ(WFN_OK, session_.close());
    EXPECT_EQ(WFN_SUSPENDED, run_.wait().outcome);
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileOfTheHost, IsRefusedOfAHostThatHasNone) {
    for (const std::size_t size : {offsetof(wfn_request, on_attachment), sizeof(wfn_request)})
        for (const std::uint32_t flags : {0U, std::uint32_t{WFN_VALIDATE_ONLY}, std::uint32_t{WFN_DRY_RUN}}) {
            HostRun run(module_, *run_.connection);
            run.input = input_with_file();
            run.request.struct_size = static_cast<std::uint32_t>(size);
            run.request.flags = flags;
            if (size != sizeof(wfn_request)) // not to be looked at
                run.on_attachment = run_.on_attachment;
            ASSERT_EQ(WFN_OK, run.start(session_.get()));
            const auto ending = run.wait();
            expect_unpaid(ending, "invalid_input");
            EXPECT_THAT(ending.error_json, HasSubstr("/image"));
            EXPECT_EQ(0, run.attachments());
        }
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileOfTheHost, IsNotAskedForByWhatSubmitsNothing) {
    run_.request.flags = WFN_VALIDATE_ONLY;
    start();
    EXPECT_EQ(WFN_SUCCEEDED, run_.wait().outcome);

    HostRun dry(module_, *run_.connection);
    dry.input = input_with_file();
    dry.on_attachment = run_.on_attachment;
    dry.request.flags = WFN_DRY_RUN;
    ASSERT_EQ(WFN_OK, dry.start(session_.get()));
    const auto shown = dry.wait();
    EXPECT_EQ(WFN_SUCCEEDED, shown.outcome);
    EXPECT_THAT(shown.output.value_or(""), HasSubstr(R"("{{bytes of my photo.jpg}}")"));
    EXPECT_EQ(0, run_.attachments() + dry.attachments());
    EXPECT_EQ(0U, api_.submits());
}

TEST_F(FileOfTheHost, IsNotAskedForToCollectAJob) {
    run_.keeps_checkpoints = true;
    run_.request.suspend = WFN_SUSPEND_WHEN_SUBMITTED;
    start();
    const auto suspended = run_.wait();
    ASSERT_EQ(WFN_SUSPENDED, suspended.outcome);
    for (const std::uint32_t flags : {0U, std::uint32_t{WFN_COLLECT_ONLY}}) {
        HostRun collects(module_, *run_.connection);
        collects.input = input_with_file(); // and of a host without files
        collects.checkpoint = suspended.checkpoint;
        collects.request.flags = flags;
        ASSERT_EQ(WFN_OK, collects.start(session_.get()));
        EXPECT_EQ(JobApi::output_of(1), collects.wait().output);
    }
}

TEST_F(FileOfTheHost, ThatNoServiceCouldGetIsRefusedBeforeItIsAskedFor) {
    for (const std::uint32_t flags : {0U, std::uint32_t{WFN_VALIDATE_ONLY}}) {
        HostRun run(module_, api_.connection());
        run.input = input_with_file();
        run.on_attachment = run_.on_attachment;
        run.request.flags = flags;
        ASSERT_EQ(WFN_OK, run.start(session_.get()));
        const auto ending = run.wait();
        expect_unpaid(ending, "cannot_hand_over_file");
        EXPECT_THAT(ending.error_json, HasSubstr("storage"));
        EXPECT_EQ(0, run.attachments());
    }
    EXPECT_EQ(0U, api_.submits());
}

} // namespace
} // namespace boundary_tests
