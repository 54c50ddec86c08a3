// What can be asked without a job: whether the connection works, and what a run would send. And where modules
// are looked for.
#include "pixelml_run.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace {

using test_support::json_reply;
using test_support::Request;
using test_support::ScriptedServer;

TEST(CheckConnection, AsksWithoutAnInputAndSubmitsNothing) {
    const ScriptedServer server([](const Request&) { return json_reply(404, "{}"); });
    const Outcome outcome =
        workflow_node({"validate", PIXELML_NODES, "--check-connection"}, account_at(server));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "the service answers and does not refuse the key\n");
    EXPECT_EQ(outcome.err, "");
    ASSERT_EQ(server.requests().size(), 1u);
    EXPECT_EQ(server.requests().front().method, "GET");
}

TEST(CheckConnection, TellsWhatStandsInTheWay) {
    const ScriptedServer refuses([](const Request&) { return json_reply(401, "{}"); });
    const Outcome refused =
        workflow_node({"validate", PIXELML_NODES, "--check-connection"}, account_at(refuses));
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.err.find("does not accept the API key"), std::string::npos) << refused.err;
    EXPECT_EQ(refused.err.find("secret-key-1"), std::string::npos);
    const ScriptedServer troubled([](const Request&) { return json_reply(502, "{}"); });
    EXPECT_EQ(
        workflow_node({"validate", PIXELML_NODES, "--check-connection"}, account_at(troubled)).exit_code, 3);
    Process::Options nothing;
    nothing.environment = {{"PIXELML_API_KEY", ""}};
    EXPECT_EQ(workflow_node({"validate", PIXELML_NODES, "--check-connection"}, nothing).exit_code, 2);
}

TEST(CheckConnection, SaysWhatTheAnswerLeavesOpen) {
    const ScriptedServer page([](const Request&) { return json_reply(200, "<html>"); });
    const Outcome outcome =
        workflow_node({"validate", PIXELML_NODES, "--check-connection", "--json"}, account_at(page));
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_NE(outcome.out.find("connection_not_confirmed"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.err.find("base_url"), std::string::npos) << outcome.err;
}

TEST(CheckConnection, OfAModuleThatCannot) {
    const Outcome outcome = workflow_node({"validate", "slow_echo", "--check-connection"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("out --check-connection"), std::string::npos) << outcome.err;
}

TEST(DryRun, PrintsTheRequestsAndSendsNone) {
    const ScriptedServer server([](const Request&) { return json_reply(500, "{}"); });
    const Outcome outcome = workflow_node(pixelml_run({"--dry-run"}), account_at(server));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find(R"("Authorization":"Bearer ***")"), std::string::npos) << outcome.out;
    EXPECT_EQ(outcome.out.find("secret-key-1"), std::string::npos);
    EXPECT_TRUE(server.requests().empty());
}

TEST(DryRun, IsNotBlamedForAnotherMistake) {
    const Outcome outcome =
        workflow_node({"run", PIXELML_NODES, "--dry-run", "--run-key", std::string(600, 'k')});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("at most 512 bytes"), std::string::npos) << outcome.err;
}

TEST(DryRun, KeepsNothing) {
    TemporaryDirectory directory;
    const ScriptedServer server([](const Request&) { return json_reply(500, "{}"); });
    auto command = pixelml_run({"--dry-run", "--journal", directory.file("j")});
    EXPECT_EQ(workflow_node(command, account_at(server)).exit_code, 2);
    command.resize(command.size() - 2);
    auto options = account_at(server);
    options.environment["WORKFLOW_NODE_JOURNAL"] = directory.file("j");
    EXPECT_EQ(workflow_node(command, options).exit_code, 0);
    EXPECT_TRUE(directory.names().empty());
}

TEST(SearchPath, HasAModuleByItsName) {
    TemporaryDirectory directory;
    std::filesystem::create_directory(directory.file("modules"));
    std::filesystem::permissions(directory.file("modules"), std::filesystem::perms::owner_all);
    std::filesystem::copy(EXAMPLE_MODULE, directory.file("modules/installed_echo.so"));
    Process::Options options;
    std::filesystem::permissions(directory.file("modules/installed_echo.so"),
                                 std::filesystem::perms::owner_all);
    options.environment = {{"WORKFLOW_NODE_MODULE", ""},
                           {"HOME", directory.file("home")},
                           {"WORKFLOW_NODE_PATH", directory.file("modules")}};
    EXPECT_NE(workflow_node({"list", "installed_echo"}, options).out.find("slow_echo"), std::string::npos);
    const std::vector<std::string> unnamed{"run", "echo", "--set", "text=hi"}; // as the only one there
    EXPECT_EQ(workflow_node(unnamed, options).exit_code, 0);
    std::filesystem::permissions(directory.file("modules"), std::filesystem::perms::all);
    const Outcome distrusted =
        workflow_node({"list", "installed_echo"}, options); // anybody may have put it there
    EXPECT_EQ(distrusted.exit_code, 2);
    EXPECT_NE(distrusted.err.find("is passed over"), std::string::npos) << distrusted.err;
}

} // namespace
