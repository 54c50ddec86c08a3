// Modules that cannot be loaded, and where inputs and connections come from.
#include "process.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace {

TEST(Module, ThatCannotBeLoadedIsExitCode5) {
    const std::pair<const char*, const char*> modules[] = {{"/nonexistent/m.so", "No such file"},
                                                           {MODULE_WITHOUT_ENTRY, "wfn_module_entry"},
                                                           {MODULE_OF_ANOTHER_ABI, "version"},
                                                           {MODULE_INCOMPLETE, "bytes"}};
    for (const auto& [module, reason] : modules) {
        for (const char* command : {"list", "describe", "validate", "run"}) {
            const Outcome outcome = workflow_node({command, module});
            EXPECT_EQ(outcome.exit_code, 5) << command << " " << module;
            EXPECT_EQ(outcome.out, "");
            EXPECT_NE(outcome.err.find(reason), std::string::npos) << outcome.err;
        }
    }
}

TEST(Module, HasToBeNamed) {
    Process::Options options;
    options.environment["WORKFLOW_NODE_MODULE"] = "";
    const Outcome outcome = workflow_node({"list"}, options);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("WORKFLOW_NODE_MODULE"), std::string::npos);
    EXPECT_EQ(workflow_node({"run", EXAMPLE_MODULE, "echo", "--set", "text=hi"}, options).exit_code, 0);
}

TEST(Usage, MistakesAreExitCode2WithAHint) {
    const Outcome node = workflow_node({"run", "slow_ecko"});
    EXPECT_EQ(node.exit_code, 2);
    EXPECT_NE(node.err.find("Did you mean \"slow_echo\"?"), std::string::npos);
    const Outcome name = workflow_node({"run", "echo", "--set", "txet=hi"});
    EXPECT_EQ(name.exit_code, 2);
    EXPECT_NE(name.err.find("Did you mean \"text\"?"), std::string::npos);
    EXPECT_EQ(workflow_node({"run", "echo", "--set", "milliseconds=soon"}).exit_code, 2);
    EXPECT_EQ(workflow_node({"run", "echo", "--input", "/nonexistent.json"}).exit_code, 2);
    EXPECT_EQ(workflow_node({"run", "echo", "--input", "/"}).exit_code, 2);
    EXPECT_EQ(workflow_node({"run", "echo", "--nonsense"}).exit_code, 2);
    EXPECT_EQ(workflow_node({}).exit_code, 2);
}

TEST(Input, ComesFromAFileOrStdinAndAssignments) {
    TemporaryDirectory directory;
    write_text(directory.file("i.json"), "{\"text\":\"file\",\"extra\":1}");
    EXPECT_EQ(workflow_node({"run", "echo", "-i", directory.file("i.json")}).out,
              "{\"echo\":{\"text\":\"file\",\"extra\":1}}\n");
    Process::Options options;
    options.input = "{\"text\":\"stdin\"}";
    EXPECT_EQ(workflow_node({"run", "echo", "-i", "-", "--set", "repeat=true"}, options).out,
              "{\"echo\":{\"text\":\"stdin\",\"repeat\":true}}\n");
    options.input = std::string("{\"text\":\"a\0\"}", 13);
    EXPECT_EQ(workflow_node({"run", "echo", "-i", "-"}, options).exit_code, 2);
}

const std::vector<std::string> quick_run{"run",   "slow_echo",     "-v", "--set", "text=hi",
                                         "--set", "milliseconds=1"};

TEST(Connection, ComesFromTheEnvironment) {
    EXPECT_EQ(workflow_node(quick_run).exit_code, 0);
    Process::Options options;
    options.environment["ECHO_SERVICE_API_KEY"] = "wrong";
    const Outcome refused = workflow_node(quick_run, options);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.err.find("Invalid Connection"), std::string::npos);
}

TEST(Connection, ThatIsMissingIsNamed) {
    Process::Options options;
    options.environment["ECHO_SERVICE_API_KEY"] = "";
    const Outcome missing = workflow_node(quick_run, options);
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_NE(missing.err.find("ECHO_SERVICE_API_KEY"), std::string::npos);
    EXPECT_NE(missing.err.find("--connection FILE"), std::string::npos);
    // An input can be checked without one.
    EXPECT_EQ(workflow_node({"validate", "slow_echo", "--set", "text=hi"}, options).exit_code, 0);
}

TEST(Connection, FileComesBeforeTheEnvironment) {
    TemporaryDirectory directory;
    const std::string file = directory.file("connection.json");
    write_text(file, "{\"api_key\":\"wrong\"}");
    chmod(file.c_str(), 0600);
    std::vector<std::string> arguments = quick_run;
    arguments.insert(arguments.end(), {"--connection", file});
    const Outcome refused = workflow_node(arguments);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_EQ(refused.err.find("Warning"), std::string::npos);

    write_text(file, "{\"api_key\":\"hidden-in-file\"}");
    chmod(file.c_str(), 0644);
    const Outcome warned = workflow_node(arguments);
    EXPECT_EQ(warned.exit_code, 0);
    EXPECT_NE(warned.err.find("Warning: the connection file"), std::string::npos);
    EXPECT_EQ((warned.err + warned.out).find("hidden-in-file"), std::string::npos);
}

} // namespace
