#include "check/scenarios.hpp"
#include "journal/module_check.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <atomic>
#include <optional>
#include <string>

namespace cli::check {

namespace json = boost::json;

namespace {

void need_files(const Subject& subject) {
    const wfn_module& table = subject.table();
    if (!WFN_HAS(wfn_module, &table, run_attach) || table.run_attach == nullptr)
        skip("the module asks for no files");
}

wfn_attachment empty_file() {
    wfn_attachment attachment{};
    attachment.struct_size = sizeof attachment;
    return attachment;
}

// The subject's input with a file of the host in the place of its first media_url.
std::string input_with_file(const Subject& subject) {
    const auto ui = durable::parse_module_json(subject.node->ui_json());
    auto input = durable::parse_module_json(subject.input);
    const json::object* ui_object = ui ? ui->if_object() : nullptr;
    const json::value* inputs = ui_object != nullptr ? ui_object->if_contains("inputs") : nullptr;
    if (inputs != nullptr && inputs->is_object() && input && input->is_object()) {
        for (const auto& property : inputs->get_object()) {
            const json::object* about = property.value().if_object();
            const json::value* type = about != nullptr ? about->if_contains("type") : nullptr;
            if (type == nullptr || *type != "media_url")
                continue;
            input->get_object()[property.key()] = "attachment:check.jpg";
            return json::serialize(*input);
        }
    }
    skip("ui_json calls no input a media_url");
}

} // namespace

void check_files(Subject& subject, Report& report) {
    make_test(report, "attach", [&]() -> std::string {
        need_files(subject);
        const wfn_module& table = subject.table();
        TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        WatchedRun& run = start(subject, session, wanted);
        finish(subject, run);
        report.step("giving a run files that it has not asked for");
        auto attachment = empty_file();
        expect_status(table.run_attach(run.handle(), &attachment), WFN_INVALID_STATE,
                      "run_attach of a run that waits for no file");
        attachment.size = 1;
        expect_status(table.run_attach(run.handle(), &attachment), WFN_INVALID_ARGUMENT,
                      "run_attach of a size without data");
        attachment.struct_size = 4;
        expect_status(table.run_attach(run.handle(), &attachment), WFN_INVALID_ARGUMENT,
                      "run_attach with a struct_size of 4");
        expect_status(table.run_attach(run.handle(), nullptr), WFN_INVALID_ARGUMENT, "run_attach of NULL");
        attachment = empty_file();
        expect_status(table.run_attach(nullptr, &attachment), WFN_INVALID_HANDLE, "run_attach of no run");
        expect_status(table.run_release(run.handle()), WFN_OK, "run_release");
        expect_status(table.run_attach(run.handle(), &attachment), WFN_INVALID_HANDLE,
                      "run_attach of a run that was released");
        session.close();
        return "a file that is not asked for is refused, and changes nothing";
    });
    make_test(report, "file-refused", [&]() -> std::string {
        need_files(subject);
        TestSession session(subject);
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        wanted.input = input_with_file(subject);
        WatchedRun& run = start(subject, session, wanted);
        finish(subject, run);
        const wfn::Result result = run.result();
        expect(result.error && result.error->code == "invalid_input",
               "a file as an input, of a host without on_attachment, ended as " + ended(run),
               "end the run as invalid_input: nobody can give the file");
        session.close();
        return "a file is refused where the host has none to give";
    });
    make_test(report, "file-unasked", [&]() -> std::string {
        need_files(subject);
        TestSession session(subject);
        std::atomic<int> asked{0};
        WatchedRun::Hooks hooks;
        hooks.on_attachment = [&](wfn_run*, const wfn_attachment_request*) { ++asked; };
        Wanted wanted;
        wanted.flags = WFN_VALIDATE_ONLY;
        wanted.input = input_with_file(subject);
        WatchedRun& run = start(subject, session, wanted, hooks);
        finish(subject, run);
        expect(asked == 0, "a run that is only validated asked for a file",
               "ask when the bytes are needed, just before the submit");
        const wfn::Result result = run.result();
        expect(result.succeeded() || (result.error && result.error->code != "invalid_input"),
               "a file as an input was called invalid: " + ended(run),
               "an input that ui_json calls a media_url takes \"attachment:NAME\"");
        session.close();
        return "validated without the file: " + ended(run);
    });
}

} // namespace cli::check
